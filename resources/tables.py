"""The list of resources, as data (see iamconsole/web/tables.py)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.utils.safestring import SafeString

from accounts.models import AwsAccount
from iamconsole.web.elements import flag, marked, muted
from iamconsole.web.filters import ChoiceFilter, Filter, FilterChoice
from iamconsole.web.tables import Column
from objects.tables import ARN, GONE, IN_CODE, IN_CODE_COLUMN, object_table
from resources.kinds import RESOURCE
from resources.models import Resource
from resources.table import KINDS, SERVICES

State, Exposure = Resource.PolicyState, Resource.Exposure


def _kind(row: Any) -> str:
    word = KINDS[row.kind].word
    return word[0].upper() + word[1:]


def _policy(row: Any, aws_account: AwsAccount) -> SafeString:
    if row.policy_state == State.HAS:
        return marked("Policy", "file-lock")
    if row.policy_state == State.NOT_READ:
        return marked("Not read", "lock", "ink-warn")
    return muted("None")


def open_to(row: Any) -> str:
    """Where a policy couldn't be read since, what was found out of it before isn't taken for true."""
    unread = any(part.is_policy and part.name in row.not_read for part in KINDS[row.kind].parts)
    return str(Exposure.UNKNOWN if unread else row.exposure)


def _exposure(row: Any, aws_account: AwsAccount) -> SafeString:
    state = open_to(row)
    if state == Exposure.NOT_LOOKED_AT:
        return muted("–")
    word = Exposure(state).label
    return muted(word) if state == Exposure.CLOSED else _EXPOSURES[state](word)


_EXPOSURES: dict[str, Callable[[str], SafeString]] = {
    Exposure.PUBLIC: lambda word: flag(word, "danger", "globe"),
    Exposure.PERHAPS: lambda word: flag(word, "warn", "circle-question-mark"),
    Exposure.ACCOUNTS: lambda word: marked(word, "share-2"),
    Exposure.UNKNOWN: lambda word: marked(word, "circle-question-mark", "ink-warn"),
}


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
    Column("open", "Open to", lambda row: Exposure(open_to(row)).label, cell=_exposure, sort="exposure"),
    ARN,
    IN_CODE_COLUMN,
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
        ChoiceFilter(
            "open",
            "Open to",
            choices=tuple(
                FilterChoice(each.value, each.label, Q(exposure=each), f"Open to: {each.label.lower()}")
                for each in Exposure
                if each is not Exposure.NOT_LOOKED_AT
            ),
        ),
        IN_CODE,
        GONE,
    ),
    search_hint="Name or ARN",
    empty_text="No resources of the services that are read here, or they were never pulled.",
)
