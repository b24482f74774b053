"""Secrets at rest: who may send or see them, and when they go."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AuditEntry, AwsAccount, Operator
from sync import changes, sealed
from sync.aws.secrets import Secret
from sync.models import Change, SealedSecret
from sync.operations import StepSpec
from sync.sealed import NotKept
from tests.accounts.conftest import use_totp
from tests.services.changing import propose
from tests.services.rows import make_user

pytestmark = pytest.mark.django_db
NEW = "another key of the ring, long enough for production"
TYPED = "Correct-Horse-9-Battery"


@pytest.fixture
def reference(aws_account: AwsAccount, erin: Operator) -> str:
    return sealed.keep_typed(TYPED, name="Console password", aws_account=aws_account, operator=erin)


@pytest.fixture
def proposed(aws_account: AwsAccount, erin: Operator, reference: str) -> Change:
    user = make_user(aws_account)
    params = {"arn": user.arn, "password": reference}
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
    spec = StepSpec("iam.login.create", {"arn": make_user(aws_account).arn, "password": reference})
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
    old = settings.SEAL_KEYS[0]
    settings.SEAL_KEYS = [NEW, old]
    assert sealed.open_typed(reference).open() == TYPED
    settings.SEAL_KEYS = [NEW]
    with pytest.raises(NotKept, match="SEAL_KEYS"):
        sealed.open_typed(reference)


def test_what_cant_be_opened_any_more_is_left_out(returned: Change, erin: Operator, settings: Any) -> None:
    settings.SEAL_KEYS = [NEW]
    assert sealed.show(returned, erin) == []


# ---- somebody writes the database ------------------------------------------------------------------------------


def test_only_the_change_that_it_was_typed_for_sends_it(proposed: Change, reference: str) -> None:
    with sealed.sending(proposed):
        assert sealed.open_typed(reference).open() == TYPED
    with pytest.raises(NotKept):
        sealed.open_typed(reference)


@pytest.fixture
def others(aws_account: AwsAccount, alice: Operator) -> Change:
    user = make_user(aws_account, "mallory")
    mine = sealed.keep_typed("Mine", name="Console password", aws_account=aws_account, operator=alice)
    return propose(aws_account, alice, [StepSpec("iam.login.create", {"arn": user.arn, "password": mine})])


def test_a_row_that_was_given_to_another_change_isnt_opened(proposed: Change, others: Change, reference: str) -> None:
    SealedSecret.objects.filter(reference=reference).update(change=others)
    with sealed.sending(others), pytest.raises(NotKept):
        sealed.open_typed(reference)


def test_a_copied_blob_isnt_opened_in_another_row(proposed: Change, others: Change, reference: str) -> None:
    blob = bytes(SealedSecret.objects.get(reference=reference).blob)
    others.secrets.update(blob=blob)
    with sealed.sending(others), pytest.raises(NotKept):
        sealed.open_typed(others.secrets.get().reference)


@pytest.mark.parametrize("taken", ["typed", "returned"])
def test_a_row_that_was_given_to_another_operator_isnt_shown(returned: Change, alice: Operator, taken: str) -> None:
    returned.secrets.filter(position__isnull=taken == "typed").update(operator=alice, position=1)
    assert sealed.show(returned, alice) == []


def test_a_copied_second_factor_isnt_sent(proposed: Change, reference: str, alice: Operator) -> None:
    use_totp(alice)
    blob = alice.authenticator_set.get().data["secret"]  # type: ignore[attr-defined]
    SealedSecret.objects.filter(reference=reference).update(blob=blob.encode())
    with sealed.sending(proposed), pytest.raises(NotKept):
        sealed.open_typed(reference)
