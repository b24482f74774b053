"""Whether AWS would take the parameters of a call, by AWS's own model of it: without asking AWS."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import botocore.session
from botocore.model import OperationModel
from botocore.validate import ParamValidator


def refusals(service: str, operation: str, parameters: Mapping[str, Any]) -> list[str]:
    """A line for each parameter that is unknown, missing, of another type, too short or too small; none: it fits.

    AWS still refuses what its model doesn't say: patterns, and what hangs on what is there.
    """
    shape = _model(service, operation).input_shape
    if shape is None:
        return []
    return str(ParamValidator().validate(dict(parameters), shape).generate_report()).splitlines()


@cache
def _model(service: str, operation: str) -> OperationModel:
    model: OperationModel = botocore.session.get_session().get_service_model(service).operation_model(operation)
    return model
