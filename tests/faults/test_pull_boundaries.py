"""Workers that die at every page, and at every single write: what they leave, the next one completes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import AwsAccount
from emulator.process import Emulator
from identities.models import Attachment, IamGroup, IamRole, IamUser, InlinePolicy, Membership
from policies.models import ManagedPolicy, PolicyVersion
from sync import pull
from sync.models import Revision, Run
from tests.conftest import wait_until
from tests.services.pulling import by_hand_only, picture, pulled, seed
from tests.services.workers import Worker

READ = "GetAccountAuthorizationDetails"
MIRRORED = (IamUser, IamGroup, IamRole, Membership, Attachment, InlinePolicy, ManagedPolicy, PolicyVersion)
OBJECTS = 5  # of `seed`
DEAD_AFTER_S = 0.7


def revised() -> list[tuple[str, int, str, bool]]:
    """Every revision, without what differs between two mirrors of the same AWS account."""
    return sorted(Revision.objects.values_list("facet__object_id", "number", "origin", "gone"))


@pytest.mark.stack
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_at_every_page(
    emulator: Emulator, aws_account: AwsAccount, worker: Callable[..., Worker], settings: Any
) -> None:
    """Each worker stores one page and dies while it waits for the next. The one after it asks for that page again."""
    settings.CLAIM_TIMEOUT_S = DEAD_AFTER_S
    by_hand_only(aws_account)
    seed(emulator)

    def start() -> Worker:
        return worker("pulls", PULL_PAGE_ITEMS="1", CLAIM_TIMEOUT_S=str(DEAD_AFTER_S))

    def has_stored(pages: int) -> bool:
        """The last of them may still be written while the next is asked for."""
        pull.sweep_due()
        run.refresh_from_db()
        return run.pages == pages and any(call["state"] == "held" for call in emulator.calls(READ))

    run = pull.start(aws_account=aws_account, trigger=Run.Trigger.OPERATOR)
    for page in range(OBJECTS):
        emulator.rules([{"action": READ, "times": min(page, 1)}, {"action": READ, "hold": True}])
        emulator.forget_calls()
        at_work = start()
        wait_until(partial(has_stored, page))
        at_work.kill()
        emulator.release()
        run.refresh_from_db()
        assert (run.state, run.pages, run.gone) == (Run.State.RUNNING, page, 0)
    emulator.rules([])
    start()

    def is_done() -> bool:
        pull.sweep_due()
        run.refresh_from_db()
        return run.state == Run.State.DONE

    wait_until(is_done)
    assert (run.seen, run.new, run.changed, run.gone, run.pages) == (OBJECTS, OBJECTS, 0, 0, OBJECTS), run.log
    resumed = picture(*MIRRORED)
    assert {(number, origin) for _, number, origin, _ in revised()} == {(1, "import")}
    pulled(aws_account)
    assert picture(*MIRRORED) == resumed
    assert len(revised()) == OBJECTS


class Killed(BaseException):
    """As SIGKILL: nobody catches it, and an open transaction is rolled back."""


class DiesAt:
    """Lets so many statements write, and dies at the next one."""

    def __init__(self, writes: int) -> None:
        self.left = writes

    def __call__(self, execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        if sql.startswith(("INSERT", "UPDATE", "DELETE")):
            if not self.left:
                raise Killed
            self.left -= 1
        return execute(sql, *arguments)


@pytest.mark.django_db
@pytest.mark.parametrize("again", [False, True], ids=["first pull", "pull of what changed"])
def test_a_worker_that_dies_at_any_write(
    emulator: Emulator, aws_account: AwsAccount, settings: Any, monkeypatch: pytest.MonkeyPatch, again: bool
) -> None:
    settings.PULL_PAGE_ITEMS = 3
    monkeypatch.setattr("sync.queue.wake", lambda task, pk: None)
    iam = seed(emulator)
    if again:
        pulled(aws_account)
        iam.remove_user_from_group(GroupName="developers", UserName="jane")
        iam.delete_role_policy(RoleName="exporter", PolicyName="logs")
        iam.create_user(UserName="john")
        iam.detach_group_policy(GroupName="developers", PolicyArn="arn:aws:iam::123456789012:policy/reports-read")
        iam.delete_group(GroupName="developers")

    def outcome(writes: int | None) -> Any:
        """What a pull leaves, if its first worker dies after so many writes; None when it did not get to die."""
        with transaction.atomic():
            run = pull.start(aws_account=aws_account, trigger=Run.Trigger.COMMAND, wake=False)
            if writes is not None:
                if not dies(run, writes):
                    return None
                Run.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - timedelta(minutes=5))
            pull.work(run.pk)
            run.refresh_from_db()
            counts = run.state, run.seen, run.new, run.changed, run.gone
            found = counts, without_times(picture(*MIRRORED)), revised()
            transaction.set_rollback(True)
        return found

    def dies(run: Run, writes: int) -> bool:
        with connection.execute_wrapper(DiesAt(writes)):
            try:
                pull.work(run.pk)
            except Killed:
                return True
        transaction.set_rollback(True)
        return False

    whole = outcome(None)
    assert whole[0][0] == Run.State.DONE
    for writes in count(int(again), 2):
        found = outcome(writes)
        if found is None:
            break
        assert found == whole, f"after {writes} writes"
    assert writes > 10


def without_times(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """A tombstone's time is when it was set."""
    return [tuple(bool(value) if isinstance(value, type(timezone.now())) else value for value in row) for row in rows]
