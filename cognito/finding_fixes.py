"""What puts a pool right: the form that its own page offers, filled in as there."""

from __future__ import annotations

from cognito.finding_rules import RULES
from cognito.models import IdentityPool, UserPool
from findings import fixes
from findings.fixes import FindingFix
from findings.models import Finding
from objects.finding_fixes import action_fix

_PLACES: dict[str, tuple[str, type[UserPool | IdentityPool]]] = {
    UserPool.kind: ("cognito_pool", UserPool),
    IdentityPool.kind: ("identity_pool", IdentityPool),
}


def _fix_of(finding: Finding) -> FindingFix | None:
    place, model = _PLACES.get(finding.kind, ("", None))
    action = finding.evidence.get("action", "")
    if model is None or not action:
        return None
    rows = model.objects.live().filter(aws_account=finding.aws_account_id, aws_id=finding.object_id)
    asked = {str(name): str(value) for name, value in finding.evidence.get("asked", ())}
    return action_fix(place, rows.select_related("aws_account").first(), str(action), asked)


def register() -> None:
    fixes.register(*(rule.id for rule in RULES), fix_of=_fix_of)
