"""Identity pools: who gets AWS credentials, signed in or as a guest, and by which role."""

from __future__ import annotations

from typing import Any

from django.db import models

from sync.models import MirroredRow


class IdentityPool(MirroredRow):
    """An identity pool. AWS tells no dates; `aws_id` is its id (`eu-west-1:…`), the name is not unique."""

    kind = "cognito.identity_pool"
    searched = ("name", "aws_id")
    facet_columns = frozenset({"roles", "role_mappings", "principal_tags"})

    guests = models.BooleanField(default=False)  # people who haven't signed in get credentials, too
    classic_flow = models.BooleanField(default=False)
    tags: models.JSONField[Any, Any] = models.JSONField(default=dict)
    settings: models.JSONField[Any, Any] = models.JSONField(default=dict)  # canonical, by AWS's names
    # By AWS's names; null: not read yet.
    roles: models.JSONField[Any, Any] = models.JSONField(null=True)  # {"authenticated", "unauthenticated"}: ARNs
    role_mappings: models.JSONField[Any, Any] = models.JSONField(null=True)  # by provider; rules in their order
    principal_tags: models.JSONField[Any, Any] = models.JSONField(null=True)  # by provider
