"""Secrets at rest: who may send or see them, and when they go."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.utils import timezone

from accounts.models import AuditEntry, AwsAccount, Operator
from sync import changes, sealed
from sync.aws.secrets import Secret
from sync.models import Change, SealedSecret
from sync.operations import StepSpec
from sync.sealed import NotKept
from tests.services.changing import propose
from tests.services.rows import make_user

pytestmark = pytest.mark.django_db
TYPED = "Correct-Horse-9-Battery"


@pytest.fixture
def reference(aws_account: AwsAccount, erin: Operator) -> str:
    return sealed.keep_typed(TYPED, name="Console password", aws_account=aws_account, operator=erin)


@pytest.fixture
def proposed(aws_account: AwsAccount, erin: Operator, reference: str) -> Change:
    user = make_user(aws_account)
    params = {"owner_arn": user.arn, "password": reference}
    return propose(aws_account, erin, [StepSpec("iam.login.create", params)])


@pytest.fixture
def returned(proposed: Change, erin: Operator) -> Change:
    """AWS said something once, for erin."""
    sealed.keep_returned(proposed.steps.get(), {"Secret access key": Secret("wJalr")}, operator=erin)
    return proposed


def test_what_was_typed_is_sealed(reference: str) -> None:
    row = SealedSecret.objects.get()
    assert TYPED.encode() not in bytes(row.blob)
    assert sealed.open_typed(reference).open() == TYPED


def test_it_waits_for_its_change(proposed: Change) -> None:
    row = SealedSecret.objects.get()
    assert (row.change, row.expires_at) == (proposed, proposed.expires_at)


def test_what_somebody_else_typed_cant_be_sent(aws_account: AwsAccount, alice: Operator, reference: str) -> None:
    spec = StepSpec("iam.login.create", {"owner_arn": make_user(aws_account).arn, "password": reference})
    with pytest.raises(changes.PlanError, match="isn't kept any more"):
        propose(aws_account, alice, [spec])


def test_what_waits_for_a_change_isnt_taken(aws_account: AwsAccount, erin: Operator, proposed: Change) -> None:
    step = proposed.steps.get()
    with pytest.raises(changes.PlanError, match="isn't kept any more"):
        propose(aws_account, erin, [StepSpec(step.kind, step.params)])


@pytest.mark.parametrize("state", [Change.State.CONFLICTED, Change.State.FAILED])
def test_a_plan_made_again_takes_it_over(proposed: Change, alice: Operator, state: Change.State) -> None:
    Change.objects.filter(pk=proposed.pk).update(state=state)
    again = changes.replan(change=proposed, actor=alice)
    assert SealedSecret.objects.get().change == again


def rejected(change: Change, anton: Operator) -> None:
    Change.objects.filter(pk=change.pk).update(approvals_required=1)
    changes.reject(change=change, actor=anton, comment="No.")


def cancelled(change: Change, anton: Operator) -> None:
    changes.cancel(change=change, actor=change.requested_by)


def expired(change: Change, anton: Operator) -> None:
    Change.objects.filter(pk=change.pk).update(expires_at=timezone.now())
    changes.sweep_due()


@pytest.mark.parametrize("end", [rejected, cancelled, expired])
def test_it_is_erased_when_it_will_never_be_sent(
    proposed: Change, anton: Operator, end: Callable[[Change, Operator], None], reference: str
) -> None:
    end(proposed, anton)
    assert not SealedSecret.objects.exists()
    with pytest.raises(NotKept):
        sealed.open_typed(reference)


def test_what_no_proposal_came_of_is_erased(reference: str) -> None:
    SealedSecret.objects.update(expires_at=timezone.now())
    changes.sweep_due()
    assert not SealedSecret.objects.exists()
    assert not AuditEntry.objects.filter(verb__startswith="secret.").exists()


def test_only_its_operator_sees_what_aws_said(returned: Change, erin: Operator, alice: Operator) -> None:
    assert [each.secret.open() for each in sealed.show(returned, erin)] == ["wJalr"]
    assert sealed.show(returned, alice) == []
    assert sealed.erase_shown(returned, alice) == 0
    assert [each.secret.open() for each in sealed.show(returned, erin)] == ["wJalr"]  # until they say that they have it
    assert sealed.erase_shown(returned, erin) == 1
    assert sealed.show(returned, erin) == []


def test_nobody_sees_it_after_its_time(returned: Change, erin: Operator) -> None:
    SealedSecret.objects.filter(position=1).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert sealed.show(returned, erin) == []
    changes.sweep_due()
    assert not SealedSecret.objects.filter(position=1).exists()
    entry = AuditEntry.objects.get(verb="secret.expired")
    assert entry.data["who"] == str(erin)


def test_what_aws_said_isnt_sent(returned: Change) -> None:
    row = SealedSecret.objects.get(position=1)
    with pytest.raises(NotKept):
        sealed.open_typed(row.reference)


def test_what_the_console_thought_up_is_seen_once_sent(proposed: Change, reference: str, alice: Operator) -> None:
    assert sealed.show(proposed, alice) == []
    sealed.hand_over(proposed.steps.get(), {"Console password": reference}, operator=alice)
    assert [each.secret.open() for each in sealed.show(proposed, alice)] == [TYPED]
    with pytest.raises(NotKept):
        sealed.open_typed(reference)


def test_a_key_of_the_ring_can_be_changed(reference: str, settings: Any) -> None:
    old, new = settings.SEAL_KEYS[0], base64.urlsafe_b64encode(b"n" * 32).decode()
    settings.SEAL_KEYS = [new, old]
    assert sealed.open_typed(reference).open() == TYPED
    row = SealedSecret.objects.get()
    with pytest.raises(Exception):  # noqa: B017  the old one alone sealed it
        Fernet(new).decrypt(bytes(row.blob))
    settings.SEAL_KEYS = [new]
    with pytest.raises(NotKept):
        sealed.open_typed(reference)


def test_what_cant_be_opened_any_more_is_left_out(returned: Change, erin: Operator, settings: Any) -> None:
    settings.SEAL_KEYS = [Fernet.generate_key().decode()]
    assert sealed.show(returned, erin) == []
