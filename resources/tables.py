"""The list of resources, as data (see iamconsole/web/tables.py)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.utils.safestring import SafeString

from accounts.models import AwsAccount
from iamconsole.web.elements import marked, muted
from iamconsole.web.filters import ChoiceFilter, Filter, FilterChoice
from iamconsole.web.tables import Column
from objects.tables import ARN, GONE, object_table
from resources.kinds import RESOURCE
from resources.models import Resource
from resources.table import KINDS, SERVICES

State = Resource.PolicyState


def _kind(row: Any) -> str:
    word = KINDS[row.kind].word
    return word[0].upper() + word[1:]


def _policy(row: Any, aws_account: AwsAccount) -> SafeString:
    if row.policy_state == State.HAS:
        return marked("Policy", "file-lock")
    if row.policy_state == State.NOT_READ:
        return marked("Not read", "lock", "ink-warn")
    return muted("None")


@dataclass(frozen=True)
class RegionFilter(Filter):
    """The Regions in which the AWS account has any."""

    control: ClassVar[str] = "select"

    def options(self, scope: Any) -> Iterable[tuple[str, str]]:
        live = Resource.objects.live().filter(aws_account=scope)
        names = live.order_by("located_in").values_list("located_in", flat=True).distinct()
        return [(name, name) for name in names if name]

    def chip(self, scope: Any, value: str) -> str | None:
        return dict(self.options(scope)).get(value)

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return rows.filter(located_in=value)


def _of_service(name: str) -> Q:
    return Q(kind__in=[kind.kind for kind in SERVICES[name].kinds])


RESOURCES = object_table(
    RESOURCE,
    Column("kind", "Kind", _kind, sort="kind"),
    Column("region", "Region", lambda row: row.located_in, sort="located_in"),
    Column("policy", "Policy", lambda row: row.get_policy_state_display(), cell=_policy, sort="policy_state"),
    ARN,
    filters=(
        ChoiceFilter(
            "service",
            "Service",
            choices=tuple(FilterChoice(name, each.title, _of_service(name)) for name, each in SERVICES.items()),
        ),
        RegionFilter("region", "Region"),
        ChoiceFilter(
            "policy",
            "Policy",
            choices=(
                FilterChoice("yes", "Has a policy", Q(policy_state=State.HAS)),
                FilterChoice("no", "Has none", Q(policy_state=State.NONE), "Without a policy"),
                FilterChoice("not_read", "Not read", Q(policy_state=State.NOT_READ), "Policy not read"),
            ),
        ),
        GONE,
    ),
    search_hint="Name or ARN",
    empty_text="No resources of the services that are read here, or they were never pulled.",
)
