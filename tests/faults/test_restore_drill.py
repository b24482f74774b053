"""The drill: a backup is made, changes go on, the database is destroyed and restored, and nothing is sent twice."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEntry, Operator
from identities.operations import attach, await_sessions_end, contain
from notifications import outbox
from notifications.models import Delivery
from sync import changes, counter, ticks
from sync.models import Change, DryRun, TickPart
from sync.operations import StepSpec
from sync.queue import APPLY, wake
from tests.conftest import wait_until
from tests.project.operations import SENDING
from tests.services.backups import backed_up, database_programs, destroyed, restored
from tests.services.changing import carry_out, is_in, propose
from tests.services.pages import get, text_of
from tests.services.statements import reports_policy
from tests.services.workers import Worker, empty_queue
from tests.services.world import World

__all__ = ["database_programs"]
pytestmark = [
    pytest.mark.stack,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("database_programs"),
]
State = Change.State
WRITES = ("AttachRolePolicy", "DetachRolePolicy", "UpdateLoginProfile", "PutRolePolicy")


@dataclass
class Estate:
    """What was open when the backup was made."""

    world: World
    erin: Operator
    policy: str
    in_the_way: dict[str, str] = field(default_factory=dict)  # what somebody else writes meanwhile
    of: dict[str, Change] = field(default_factory=dict)
    role_of: dict[str, Any] = field(default_factory=dict)

    def queued(self, name: str, *steps: StepSpec, **more: Any) -> None:
        self.of[name] = propose(self.world.aws_account, self.erin, steps, **more)
        changes.apply(change=self.of[name], actor=self.erin)

    def attaching(self, name: str) -> StepSpec:
        self.role_of[name] = self.world.role(name)
        return attach(self.role_of[name], self.policy)

    def attached(self, name: str) -> bool:
        return bool(self.world.attached(self.role_of[name]))

    def state(self, name: str) -> str:
        self.of[name].refresh_from_db()
        return self.of[name].state

    def writes(self) -> list[int]:
        return [len(self.world.sent(action)) for action in WRITES]


@pytest.fixture
def estate(world: World, erin: Operator) -> Estate:
    found = Estate(world, erin, world.policy().arn)
    now = timezone.now()
    # Given already, to be taken away in an hour.
    grant = changes.propose_until(
        until=now + timedelta(hours=1),
        aws_account=world.aws_account,
        actor=erin,
        title="Look",
        reason="Ticket 1",
        steps=[found.attaching("temporary")],
    )
    assert carry_out(grant, erin).state == State.APPLIED
    found.of["temporary"] = Change.objects.get(ends=grant)
    # Waits in the middle, for sessions to end.
    waiting = world.role("waiting")
    denied = contain(waiting, now, "aws:TokenIssueTime")
    assert carry_out(propose(world.aws_account, erin, [denied]), erin).state == State.APPLIED
    policy = str(denied.params["policy"])
    gate = await_sessions_end(waiting.kind, waiting.arn, policy, now + timedelta(hours=1))
    found.of["waiting"] = carry_out(propose(world.aws_account, erin, [gate, found.attaching("after")]), erin)
    assert found.of["waiting"].is_at_gate
    # Failed.
    world.emulator.rules([{"action": "AttachRolePolicy", "error": {"code": "AccessDenied", "status": 403}}])
    found.of["failed"] = carry_out(propose(world.aws_account, erin, [found.attaching("failed")]), erin)
    world.emulator.rules([])
    assert found.of["failed"].state == State.FAILED
    # Queued, and scheduled.
    found.queued("applied-since", found.attaching("applied-since"))
    found.queued("half", found.attaching("half-one"), found.attaching("half-two"))
    found.queued("not-yet", found.attaching("not-yet"))
    found.queued("unseen", SENDING["iam.login.reset"].prepared(world, erin))
    inline = SENDING["iam.role.inline.put"].prepared(world, erin)
    found.queued("conflicted", inline)
    name, document = str(inline.params["arn"]).rpartition("/")[2], reports_policy("s3:Other")
    found.in_the_way = {"RoleName": name, "PolicyName": str(inline.params["policy"]), "PolicyDocument": document}
    later = propose(world.aws_account, erin, [found.attaching("scheduled")], not_before=now + timedelta(hours=2))
    changes.apply(change=later, actor=erin)
    found.of["scheduled"] = later
    return found


def test_the_drill(
    estate: Estate,
    olga: Operator,
    worker: Callable[..., Worker],
    client_of: Callable[..., Client],
    tmp_path: Path,
) -> None:
    world = estate.world
    empty_queue()
    audit.seal()
    told = Delivery.objects.waiting().count()
    assert told > 0
    counter.look_after()
    backed_up(tmp_path / "backup")
    world.emulator.forget_calls()

    # It goes on: a worker carries two of them out, and somebody else is at AWS.
    first = worker("changes")
    for name in ("applied-since", "unseen"):
        wake(APPLY, estate.of[name].pk)
        wait_until(partial(is_in, estate.of[name], State.APPLIED))
    first.kill()
    world.iam.attach_role_policy(RoleName="half-one", PolicyArn=estate.policy)
    world.iam.put_role_policy(**estate.in_the_way)
    lost_head = audit.fence.read()
    sent = estate.writes()

    destroyed()
    assert "on hold" in restored(tmp_path / "backup")
    assert estate.state("applied-since") == State.QUEUED

    # On hold: workers, ticks and the outbox send nothing.
    worker("changes,pulls")
    for change in estate.of.values():
        wake(APPLY, change.pk)
    Change.objects.filter(pk=estate.of["temporary"].pk).update(not_before=timezone.now())
    ticks.run()
    assert outbox.work() == 0
    client = client_of(olga)
    assert "On hold: nothing is sent to AWS" in text_of(get(client, "overview"))

    # Workers look at AWS, and the page says what it says of each.
    assert client.post(reverse("queue_look")).status_code == 302
    wait_until(lambda: DryRun.objects.exists() and not DryRun.objects.filter(finished_at=None).exists())
    html = client.get(reverse("queue")).content.decode()
    assert {name: words_of(html, change) for name, change in estate.of.items()} == {
        "temporary": ["Still to do"],
        "waiting": ["Still to do", "Still to do"],
        "failed": ["Still to do"],
        "applied-since": ["Already so"],
        "half": ["Already so", "Still to do"],
        "not-yet": ["Still to do"],
        "unseen": ["Unknown"],
        "conflicted": ["Conflicts"],
        "scheduled": ["Still to do"],
    }
    assert estate.writes() == sent
    assert Delivery.objects.waiting().count() >= told
    assert not mail.outbox

    # The owner decides about each, and releases the queue.
    decide = partial(decided, client, html)
    assert decide(estate.of["conflicted"], "release") == 422
    assert decide(estate.of["unseen"], "release") == 422, "without a word on what AWS doesn't show"
    assert decide(estate.of["unseen"], "done") == 302
    assert decide(estate.of["conflicted"], "give_up") == 302
    assert client.post(reverse("queue_release"), {"reason": "Looked"}).status_code == 422, "not all is decided"
    for name in ("temporary", "waiting", "applied-since", "half", "not-yet", "scheduled"):
        assert decide(estate.of[name], "release") == 302, name
    assert estate.writes() == sent
    assert client.post(reverse("queue_release"), {"reason": "Looked"}).status_code == 302
    TickPart.objects.update(began_at=timezone.now() - timedelta(minutes=1))
    ticks.run()
    for name in ("temporary", "applied-since", "half", "not-yet"):
        wait_until(partial(is_in, estate.of[name], State.APPLIED))
    assert {name: estate.state(name) for name in ("waiting", "failed", "unseen", "conflicted", "scheduled")} == {
        "waiting": State.SCHEDULED,
        "failed": State.FAILED,
        "unseen": State.APPLIED,
        "conflicted": State.CANCELLED,
        "scheduled": State.SCHEDULED,
    }

    # Nothing twice: two attachments, and one detachment.
    assert estate.writes() == [sent[0] + 2, sent[1] + 1, sent[2], sent[3]]
    assert [estate.attached(name) for name in ("applied-since", "half-one", "half-two", "not-yet")] == [True] * 4
    assert not estate.attached("temporary")
    assert Delivery.objects.filter(state=Delivery.State.DROPPED).count() == told
    assert lost_head is not None
    assert AuditEntry.objects.get(verb="audit.restored").data["known"] == f"{lost_head[0]}:{lost_head[1]}"
    assert audit.verify() == []


def words_of(html: str, change: Change) -> list[str]:
    """What the page says of each step."""
    return re.findall(r"<p><span class=\"strong\">([\w ]+)\.</span>", panel_of(html, change))


def panel_of(html: str, change: Change) -> str:
    return html.partition(f'aria-labelledby="h-{change.pk}"')[2].partition("</section>")[0]


def decided(client: Client, html: str, change: Change, choice: str) -> int:
    seen = re.search(r'name="seen" value="(\d+)"', panel_of(html, change))
    assert seen
    url = reverse("change_held_decide", args=[change.aws_account.account_id, change.pk])
    answer = client.post(url, {"choice": choice, "reason": "Looked at AWS", "seen": seen[1]})
    return answer.status_code
