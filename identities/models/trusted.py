"""Who may assume a role, a row for each, so that it can be asked from the other side."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from identities.models.principals import IamRole


class TrustedPrincipal(models.Model):
    """A principal that the trust policy of a role names: made from `IamRole.trusted` whenever that is written."""

    role = models.ForeignKey(IamRole, models.CASCADE, related_name="trusted_principals")
    type = models.CharField(max_length=20)  # AWS, Service, Federated, CanonicalUser
    value = models.CharField(max_length=2048)
    outside_account = models.CharField(max_length=12, blank=True)  # the AWS account named, if it isn't the role's own
    is_unique_id = models.BooleanField(default=False)  # what AWS leaves in place of a user or role that was deleted

    class Meta:
        indexes = [
            models.Index(fields=["value"], name="trusted_value"),
            models.Index(fields=["type", "role"], name="trusted_type"),
            models.Index(
                fields=["outside_account", "role"], condition=~Q(outside_account=""), name="trusted_outside_account"
            ),
            models.Index(fields=["role"], condition=Q(is_unique_id=True), name="trusted_unique_id"),
        ]

    def __str__(self) -> str:
        return self.value
