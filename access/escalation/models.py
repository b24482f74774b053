"""What searches of privilege escalation paths keep for those of other AWS accounts."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

from accounts.models import AwsAccount


class EscalationSummary(models.Model):
    """What the search of an AWS account found that searches of others go on from. Only the finding source writes it.

    `entries`: by ARN, the roles whose trust policy may let in somebody of another AWS account: `{id, administrator,
    path, exits}`. `path`: to an administrator of the AWS account, `{sure, sentences}`, or null. `exits`: by ARN the
    roles of other AWS accounts that one gets to from there, each as a path.

    `reached`: by ARN, the roles of other AWS accounts that anybody gets to, `{sure, others}`; `others`: also somebody
    who is no administrator.
    """

    aws_account = models.OneToOneField(AwsAccount, models.CASCADE, related_name="+")
    entries: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    reached: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"Ways through {self.aws_account}"
