"""Whether AWS's own model of a call takes what a step sends, before anything is sent.

Settings come as JSON, out of files and from forms that let much through: a length, a range or a way to write something
that AWS refuses should be said at the proposal, and not when half of a change is done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from accounts.models import AwsAccount
from cognito.models import UserPool
from cognito.pools.operations import KINDS
from cognito.pools.operations.shapes import SHAPES
from sync.aws.checking import refusals
from sync.calls import Call, PersonalParameter, SealedParameter
from sync.checks import PlanCheck, PlanFinding
from sync.operations import PlannedStep


class CallCheck(PlanCheck):
    name = "cognito.calls"

    def look(self, aws_account: AwsAccount, steps: Sequence[PlannedStep]) -> list[PlanFinding]:
        pools = _Pools(aws_account)
        return [
            PlanFinding("NOT_TAKEN", "error", f"AWS doesn’t take this: {line.rstrip('.')}.", step.position)
            for step in steps
            if step.kind in KINDS
            for line in _lines(step, pools)
        ]


class _Pools:
    """The settings of pools by their ARN, as the steps looked at so far leave them."""

    def __init__(self, aws_account: AwsAccount) -> None:
        self._aws_account = aws_account
        self._settings: dict[str, Mapping[str, Any]] = {}

    def before(self, arn: str) -> Mapping[str, Any]:
        if arn not in self._settings:
            pool = UserPool.objects.filter(aws_account=self._aws_account, arn=arn, gone_at=None).first()
            self._settings[arn] = pool.settings if pool else {}
        return self._settings[arn]

    def leave(self, arn: str, call: Call) -> None:
        if call.operation in ("CreateUserPool", "UpdateUserPool"):
            self._settings[arn] = call.parameters


def _lines(step: PlannedStep, pools: _Pools) -> list[str]:
    """What AWS holds already it takes: of settings that are sent along as they are, nothing is said."""
    held = step.expects.get("settings") if isinstance(step.expects, Mapping) else None
    sent = getattr(step.params, "settings", {})
    arn = getattr(step.params, "pool_arn", "")
    found: list[str] = []
    for call in step.operation.calls(step.params):
        pool = pools.before(arn)
        which = {name: value for name, value in call.parameters.items() if name not in sent}
        known = _refused(call, {**which, **held}, pool) if isinstance(held, Mapping) else []
        found += [line for line in _refused(call, call.parameters, pool) if line not in known]
        pools.leave(arn, call)
    return found


def _refused(call: Call, parameters: Mapping[str, Any], pool: Mapping[str, Any]) -> list[str]:
    plain = _plain(parameters)
    found = refusals(call.service, call.operation, plain)
    for of in SHAPES:
        if call.operation in (of.operation, of.operation.replace("Update", "Create")):
            found += of.refusals(dict(plain), pool)
            break
    return found


def _plain(value: Any) -> Any:
    """Without what is sealed, and what isn't text: an image, a secret."""
    if isinstance(value, Mapping):
        kept = {name: each for name, each in value.items() if not isinstance(each, SealedParameter | PersonalParameter)}
        return {name: _plain(each) for name, each in kept.items() if isinstance(each, _JSON)}
    return [_plain(each) for each in value] if isinstance(value, list) else value


_JSON = (str, int, float, bool, list, dict, Mapping, type(None))
