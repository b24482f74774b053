"""Who is an administrator, and who can become one: as marks in lists of users and roles, and as a filter of them.

By findings, so as of when these were looked for; one that is muted or accepted is still one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.safestring import SafeString

from findings.models import Finding
from findings.rule_names import ADMINISTRATOR, ESCALATION_PATH
from iamconsole.web.elements import flag
from iamconsole.web.filters import ChoiceFilter, FilterChoice

_KINDS = ("iam.user", "iam.role")
_NO_MARK = SafeString("")
_ADMINISTRATOR = flag("Administrator", "danger", "octagon-alert")
_CAN_BECOME = flag("Can become administrator", "warn", "route")


def _found(*rules: str) -> QuerySet[Finding]:
    return Finding.objects.there().filter(kind__in=_KINDS, rule__in=rules)


def note_power(rows: Sequence[Any]) -> None:
    """Lets each row of a page say what it is; in one query."""
    if not rows:
        return
    ids, places = [row.aws_id for row in rows], {row.aws_account_id for row in rows}
    found = _found(ADMINISTRATOR, ESCALATION_PATH).filter(aws_account__in=places, object_id__in=ids)
    rules: dict[str, set[str]] = {}
    for object_id, rule in found.order_by().values_list("object_id", "rule").distinct():
        rules.setdefault(object_id, set()).add(rule)
    for row in rows:
        row.power_mark = _mark(rules.get(row.aws_id, set()))


def _mark(rules: set[str]) -> SafeString:
    if ADMINISTRATOR in rules:
        return _ADMINISTRATOR
    return _CAN_BECOME if ESCALATION_PATH in rules else _NO_MARK


def _among(rule: str) -> Q:
    """By unique ids, which are no two principals' in AWS."""
    return Q(aws_id__in=_found(rule).values("object_id"))


POWER = ChoiceFilter(
    "power",
    "Administrators",
    choices=(
        FilterChoice("administrator", "Administrators", _among(ADMINISTRATOR)),
        FilterChoice("can_become", "Who can become one", _among(ESCALATION_PATH), "Can become administrator"),
    ),
)
