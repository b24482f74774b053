"""A pull reads a page, our own write is done meanwhile, then the page is stored: it must not undo that write."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.models import Operator
from policies.models import ManagedPolicy
from policies.operations import plan_update
from sync import changes, pull
from sync.models import Change, Revision, Run
from tests.conftest import wait_until
from tests.services.changing import is_in, propose
from tests.services.pulling import pulled
from tests.services.statements import reports_policy
from tests.services.workers import Worker
from tests.services.world import World

pytestmark = [pytest.mark.stack, pytest.mark.django_db(transaction=True)]

READ = "GetAccountAuthorizationDetails"


def test_does_not_overwrite_what_was_written_since(world: World, erin: Operator, worker: Callable[..., Worker]) -> None:
    world.iam.create_policy(PolicyName="reports-write", PolicyDocument=reports_policy("s3:Action1"))
    pulled(world.aws_account)
    policy = ManagedPolicy.objects.get(name="reports-write")
    change = propose(world.aws_account, erin, plan_update(policy, reports_policy("s3:GetObject")))
    world.emulator.rules([{"action": READ, "when": "after", "hold": True, "times": 1}])  # AWS has made its answer
    worker("pulls")
    worker("changes")
    run = pull.start(aws_account=world.aws_account, trigger=Run.Trigger.OPERATOR)
    wait_until(lambda: world.in_state("held", READ))
    changes.apply(change=change, actor=erin)
    wait_until(lambda: is_in(change, Change.State.APPLIED))
    world.emulator.release()
    wait_until(lambda: is_in(run, Run.State.DONE))
    policy.refresh_from_db()
    assert policy.default_version == world.default(policy) == "v2"
    assert live_versions(policy) == ["v1", "v2"]
    assert origins(policy) == ["import", "change"]
    again = pulled(world.aws_account)
    assert (again.changed, origins(policy)) == (0, ["import", "change"])


def live_versions(policy: ManagedPolicy) -> list[str]:
    return list(policy.versions.filter(gone_at=None).order_by("number").values_list("version_id", flat=True))


def origins(policy: ManagedPolicy) -> list[str]:
    """Who brought about each revision of the policy, the oldest first: "outside" would be drift that never was."""
    found = Revision.objects.filter(facet__object_id=policy.aws_id, facet__source="details").order_by("number")
    return list(found.values_list("origin", flat=True))
