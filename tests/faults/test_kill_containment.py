"""SIGKILL between the steps of a containment: the next worker cuts the rest, and one that is refused stops none."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AwsAccount, Operator
from emulator.process import Emulator
from identities.operations import contain
from identities.operations.containing import ISSUED
from identities.operations.credentials.of_user import on_user
from sync import changes, clock
from sync.changes.failpoints import FailPoint
from sync.models import Change
from tests.faults import children
from tests.services.changing import propose
from tests.services.leaked_key import leaked_key

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    "point", [f"{FailPoint.ATTEMPT_SAVED}:2", f"{FailPoint.ANSWERED}:2", f"{FailPoint.COMMITTED}:2"]
)
def test_the_next_worker_cuts_the_rest(
    emulator: Emulator, aws_account: AwsAccount, erin: Operator, settings: Any, point: str
) -> None:
    night = leaked_key(emulator, aws_account)
    steps = [
        contain(night.user, clock.now()),
        on_user(night.user, "iam.key.deactivate", key=night.key["AccessKeyId"]),
        on_user(night.user, "iam.login.delete"),
        contain(night.role, clock.now(), ISSUED),
    ]
    change = propose(aws_account, erin, steps, independent=True)
    changes.apply(change=change, actor=erin)
    emulator.forget_calls()
    refused = {"code": "AccessDenied", "status": 403, "message": "No."}
    emulator.rules([{"action": "DeleteLoginProfile", "error": refused, "times": 1}])
    assert children.killed(change.pk, point)
    settings.VERIFY_DEADLINE_S, settings.CLAIM_TIMEOUT_S = 0.3, 0
    changes.sweep_due()
    changes.work(change.pk)
    change.refresh_from_db()
    states = list(change.steps.order_by("position").values_list("state", flat=True))
    assert states[0] in ("done", "already_done") and states[1] in ("done", "already_done")
    assert states[2:] == ["failed", "done"] and change.state == Change.State.FAILED
    for action in ("PutUserPolicy", "UpdateAccessKey", "PutRolePolicy"):
        assert len([call for call in emulator.calls(action) if call["applied"]]) == 1
