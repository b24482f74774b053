"""Operators and their groups, as the audit trail names them."""

from __future__ import annotations

from accounts.models import Operator


def group_names(operator: Operator) -> str:
    return ", ".join(operator.groups.order_by("name").values_list("name", flat=True))


def named(operator: Operator) -> tuple[str, object, str]:
    return ("operator", operator.pk, operator.email)
