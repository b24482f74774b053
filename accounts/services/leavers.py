"""Ends an operator who has left, as the directory says: sessions, tokens and grants are gone at once.

They stay as a row, deactivated, since the audit trail names them. What others see of them stays as for everybody who is
deactivated: their approvals count no more, since they may no longer approve, and their changes are applied by others.
"""

from __future__ import annotations

from accounts import audit
from accounts.models import ClaimedMembership, Operator, ScimMembership
from accounts.services import grants, operators
from accounts.services.operator_names import group_names, named
from accounts.services.owners import keeping_an_owner
from accounts.tokens import services as tokens


def end(operator: Operator, *, actor_name: str) -> None:
    """Raises NoOwnerLeft for the last owner of all AWS accounts, and changes nothing then."""
    with keeping_an_owner():
        operator.is_active = False
        operator.save(update_fields=["is_active"])
        obj = named(operator)
        audit.record("operator.deactivated", actor=None, actor_name=actor_name, obj=obj)
        _leave_groups(operator, actor_name)
        grants.take_all(operator=operator, actor_name=actor_name)
        operators.end_sessions(operator)
        tokens.end_all(actor=None, operator=operator, actor_name=actor_name)


def _leave_groups(operator: Operator, actor_name: str) -> None:
    before = {"groups": group_names(operator)}
    operator.groups.clear()
    for model in (ClaimedMembership, ScimMembership):
        model._default_manager.filter(operator=operator).delete()
    if changes := audit.differences(before, {"groups": ""}):
        obj, data = named(operator), {"changes": changes}
        audit.record("operator.changed", actor=None, actor_name=actor_name, obj=obj, data=data)
