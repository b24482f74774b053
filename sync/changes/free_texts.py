"""What operators type: titles, reasons and comments of changes, and what apps above keep of theirs. It may name people,
so it can be erased.

The audit trail holds digests of it (accounts.audit.apart): erasing takes nothing out of the chain.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db.models import Model, Q

from accounts.models import AuditText, AwsAccount
from sync.models import Approval, BreakGlass, Change, Comment, HeldDecision, LeftOutChange, Override

ERASED = AuditText.ERASED
# Model, field, and how it leads to its change.
FREE_TEXTS: tuple[tuple[type[Model], str, str], ...] = (
    (Change, "title", "pk"),
    (Change, "reason", "pk"),
    (Comment, "text", "change"),
    (Approval, "comment", "change"),
    (BreakGlass, "reason", "change"),
    (BreakGlass, "review", "change"),
    (Override, "reason", "change"),
    (LeftOutChange, "reason", "change"),
    (HeldDecision, "reason", "change"),
)
_AT_ONCE = 500
_others: list[tuple[type[Model], str]] = []


def register_free_text(model: type[Model], field: str) -> None:
    """`field` of rows that have an `aws_account` holds what somebody typed. To be called in `AppConfig.ready()`."""
    _others.append((model, field))


def _all() -> Iterator[tuple[type[Model], str, str]]:
    yield from FREE_TEXTS
    yield from ((model, field, "") for model, field in _others)


def erase_of(changes: Iterable[int]) -> None:
    """All free texts of these changes, in the caller's transaction."""
    pks = sorted(changes)
    for first in range(0, len(pks), _AT_ONCE):
        some = pks[first : first + _AT_ONCE]
        for model, field, change in FREE_TEXTS:
            rows = model._default_manager.filter(**{f"{change}__in": some})
            rows.exclude(**{field: ""}).update(**{field: ERASED})
        AuditText.objects.filter(object_kind="change", object_id__in=[str(pk) for pk in some]).delete()


def erase_naming(aws_account: AwsAccount, names: Callable[[str], bool]) -> None:
    """Each free text of the AWS account about which `names` says yes, in the caller's transaction."""
    for model, field, change in _all():
        found = [pk for pk, text in _texts(model, field, change, aws_account) if names(text)]
        for first in range(0, len(found), _AT_ONCE):
            rows = model._default_manager.filter(pk__in=found[first : first + _AT_ONCE])
            rows.update(**{field: ERASED})
    texts = AuditText.objects.filter(aws_account=aws_account).values_list("pk", "text")
    due = [pk for pk, text in texts.iterator() if names(text)]
    for first in range(0, len(due), _AT_ONCE):
        AuditText.objects.filter(pk__in=due[first : first + _AT_ONCE]).delete()


def texts_naming(aws_account: AwsAccount, names: Callable[[str], bool]) -> Iterator[tuple[int | None, str, str]]:
    """Those texts about which `names` says yes: of which change (None: of none), what it is, and the text."""
    for model, field, change in _all():
        kind = f"{model._meta.verbose_name}: {field}"
        for pk, text in _texts(model, field, change, aws_account):
            if names(text):
                row = model._default_manager.filter(pk=pk).values_list(change or "pk", flat=True)
                yield row[0] if change else None, kind, text


def _texts(model: type[Model], field: str, change: str, aws_account: AwsAccount) -> Iterator[tuple[int, Any]]:
    of = Q(aws_account=aws_account) if change in ("", "pk") else Q(change__aws_account=aws_account)
    return model._default_manager.filter(of).exclude(**{field: ""}).values_list("pk", field).iterator()


_NO_DIGITS = re.compile(r"[\s()./-]+")


def names_one_of(values: Iterable[str]) -> Callable[[str], bool]:
    """Whether a text has one of these values as a word, also a phone number that is typed with spaces."""
    wanted = sorted(set(values), key=len, reverse=True)
    if not wanted:
        return lambda text: False
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, wanted))})(?!\w)")
    numbers = [value for value in wanted if value.startswith("+")]

    def names(text: str) -> bool:
        folded = text.casefold()
        if pattern.search(folded):
            return True
        tight = _NO_DIGITS.sub("", folded) if numbers else ""
        return any(number in tight for number in numbers)

    return names
