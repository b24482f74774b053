"""Finds out after a pull or a change what code owns there: which objects of the mirror, by states and by stacks.

It is a source of findings that finds none: so it is asked when something was read, and looks again where that differs.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from django.db.models import Count, Max, Q
from django.utils import timezone

from accounts.models import AwsAccount
from findings.rules import Rule
from findings.sources import ALL, FindingSource, Found, stamp_of, stamp_of_code
from infrastructure.models import OwnedResource, StateFile
from infrastructure.owned import stacks
from infrastructure.owned.marks import mark_rows, marked_models

_CODE = ("infrastructure/owned", "infrastructure/code")


class OwnedSource(FindingSource):
    """One scope, the AWS account. Where nothing owns anything its rows aren't counted."""

    name = "owned_by_code"
    title = "Owned by code"
    rules: Mapping[str, Rule] = {}

    def scopes(self, aws_account: AwsAccount) -> Mapping[str, str]:
        states = list(StateFile.objects.filter(aws_account=aws_account).order_by("pk").values_list("pk", "read_at"))
        owned = stacks.stacks_of(aws_account).exists()
        if not states and not owned and not OwnedResource.objects.filter(aws_account=aws_account).exists():
            return {}
        said = stacks.stamp(aws_account) if owned else ""
        return {ALL: stamp_of(stamp_of_code(*_CODE), states, said, _rows(aws_account), _hour())}

    def look(self, aws_account: AwsAccount, scopes: Collection[str]) -> Mapping[str, Sequence[Found]]:
        stacks.refresh(aws_account)
        mark_rows(aws_account)
        return dict.fromkeys(scopes, ())


def _rows(aws_account: AwsAccount) -> list[object]:
    """Which objects there are, as far as a count and the newest of them tell."""
    live = Q(aws_account=aws_account, gone_at__isnull=True)
    return [model.objects.filter(live).aggregate(count=Count("pk"), newest=Max("pk")) for model in marked_models()]


def _hour() -> str:
    """A rename shows in neither: so it is looked at once an hour, too."""
    return timezone.now().strftime("%Y-%m-%d %H")
