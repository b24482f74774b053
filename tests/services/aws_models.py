"""AWS's own models of its services, as botocore has them: what calls exist, what each takes and answers."""

from __future__ import annotations

from functools import cache

import botocore.session
from botocore.model import ServiceModel


@cache
def model_of(service: str) -> ServiceModel:
    """Megabytes of JSON for some: read once a process."""
    return botocore.session.get_session().get_service_model(service)
