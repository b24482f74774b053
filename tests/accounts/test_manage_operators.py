"""Making and deactivating operators, giving and taking grants: who may, and who must stay."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from accounts.access import may
from accounts.models import AuditEntry, AwsAccount, Grant, Operator
from accounts.roles import ADMINISTER, PROPOSE, SEE_IAM, Role
from accounts.services import grants, operators, owners
from accounts.services.operators import delete_group
from accounts.services.owners import NoOwnerLeft
from tests.accounts.conftest import deactivate
from tests.conftest import make_operator


def owner_grant(operator: Operator) -> Grant:
    return Grant.objects.get(operator=operator, role=Role.OWNER)


# ---- grants ---------------------------------------------------------------------------------------------------


def test_an_owner_gives_a_grant_on_the_own_aws_account(
    alice: Operator, charlie: Operator, aws_account: AwsAccount
) -> None:
    grants.give(
        actor=alice, grant=Grant(operator=charlie, aws_account=aws_account, role=Role.EDITOR), reason="joins us"
    )
    assert may(charlie, PROPOSE, aws_account)
    entry = AuditEntry.objects.get(verb="grant.given")
    assert (entry.actor, entry.aws_account, entry.object_name, entry.reason) == (
        alice,
        aws_account,
        charlie.email,
        "joins us",
    )
    assert entry.data == {"role": "editor", "scope": "Acme (123456789012)"}


def test_an_owner_of_one_cant_grant_on_another(alice: Operator, other_account: AwsAccount) -> None:
    with pytest.raises(PermissionDenied):
        grants.give(actor=alice, grant=Grant(operator=alice, aws_account=other_account, role=Role.VIEWER))


def test_an_owner_of_one_cant_grant_on_all(alice: Operator) -> None:
    with pytest.raises(PermissionDenied):
        grants.give(actor=alice, grant=Grant(operator=alice, role=Role.OWNER))


def test_an_owner_of_one_cant_take_a_grant_on_all(alice: Operator, olga: Operator) -> None:
    with pytest.raises(PermissionDenied):
        grants.take(actor=alice, grant=owner_grant(olga))


@pytest.mark.parametrize("role", [Role.VIEWER, Role.HELPDESK, Role.EDITOR, Role.APPROVER])
def test_other_roles_grant_nothing(charlie: Operator, aws_account: AwsAccount, role: Role) -> None:
    Grant.objects.create(operator=charlie, aws_account=aws_account, role=role)
    with pytest.raises(PermissionDenied):
        grants.give(actor=charlie, grant=Grant(operator=charlie, aws_account=aws_account, role=Role.OWNER))


@pytest.mark.parametrize("of_all", [False, True])
def test_the_same_grant_twice_is_refused(
    olga: Operator, charlie: Operator, aws_account: AwsAccount, of_all: bool
) -> None:
    about = {"operator": charlie, "aws_account": None if of_all else aws_account, "role": Role.VIEWER}
    grants.give(actor=olga, grant=Grant(**about))
    with pytest.raises(ValidationError, match=r"\['This grant is there already\.'\]"):
        grants.give(actor=olga, grant=Grant(**about))


def test_a_grant_of_a_group_is_its_members(alice: Operator, charlie: Operator, aws_account: AwsAccount) -> None:
    group = Group.objects.create(name="Auditors")
    charlie.groups.add(group)
    grants.give(actor=alice, grant=Grant(group=group, aws_account=aws_account, role=Role.VIEWER))
    assert may(charlie, SEE_IAM, aws_account)


# ---- somebody stays owner -------------------------------------------------------------------------------------


def test_the_last_owner_of_all_cant_take_the_own_grant(olga: Operator) -> None:
    with pytest.raises(NoOwnerLeft, match="Make somebody else owner"):
        grants.take(actor=olga, grant=owner_grant(olga))
    assert may(olga, ADMINISTER, None)
    assert not AuditEntry.objects.filter(verb="grant.taken").exists()


def test_the_last_owner_of_all_cant_be_deactivated(olga: Operator) -> None:
    with pytest.raises(NoOwnerLeft):
        deactivate(olga, by=olga)
    olga.refresh_from_db()
    assert olga.is_active


def test_the_last_owner_by_a_group_cant_leave_it_nor_delete_it(olga: Operator, bob: Operator) -> None:
    group = Group.objects.create(name="Owners")
    Grant.objects.create(group=group, role=Role.OWNER)
    bob.groups.add(group)
    owner_grant(olga).delete()
    with pytest.raises(NoOwnerLeft):
        operators.set_groups(actor=bob, operator=bob, groups=[])
    with pytest.raises(NoOwnerLeft):
        delete_group(actor=bob, group=group)
    assert may(bob, ADMINISTER, None)


def test_an_owner_who_cant_sign_in_doesnt_count(olga: Operator, bob: Operator) -> None:
    Grant.objects.create(operator=bob, role=Role.OWNER)
    deactivate(bob, by=olga)
    with pytest.raises(NoOwnerLeft):
        deactivate(olga, by=olga)


@pytest.mark.stack
@pytest.mark.django_db(transaction=True)
def test_two_owners_who_take_each_others_role_at_once_leave_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have looked who is left before either has ended, if nothing keeps them apart."""
    olga, otto = (make_operator(name, Role.OWNER, None) for name in ("olga", "otto"))
    meeting, looked = Barrier(2), owners.owners_of_all

    def look_together() -> list[Operator]:
        said = looked()
        with suppress(BrokenBarrierError):
            meeting.wait(1)
        return said

    def take(actor: Operator, other: Operator) -> bool:
        try:
            grants.take(actor=actor, grant=owner_grant(other))
        except NoOwnerLeft:
            return False
        finally:
            connection.close()
        return True

    with monkeypatch.context() as patched, ThreadPoolExecutor(2) as threads:
        patched.setattr(owners, "owners_of_all", look_together)
        done = list(threads.map(take, (olga, otto), (otto, olga)))
    assert sorted(done) == [False, True]
    assert len(looked()) == 1


def test_with_another_owner_one_may_go(olga: Operator, bob: Operator) -> None:
    Grant.objects.create(operator=bob, role=Role.OWNER)
    grants.take(actor=olga, grant=owner_grant(olga))
    assert not may(olga, ADMINISTER, None)


# ---- operators ------------------------------------------------------------------------------------------------


def test_only_owners_of_all_make_operators(alice: Operator) -> None:
    with pytest.raises(PermissionDenied):
        operators.make(actor=alice, operator=Operator(email="new@example.org", name="New"), password=None)


def test_a_new_operator_has_a_verified_address(olga: Operator) -> None:
    new = operators.make(actor=olga, operator=Operator(email="New@Example.org", name="New"), password=None)
    assert new.email == "new@example.org"
    assert new.emailaddress_set.get().verified  # type: ignore[attr-defined]
    assert AuditEntry.objects.get().verb == "operator.made"


def test_another_address_is_verified_and_audited(olga: Operator, bob: Operator) -> None:
    bob.email = "robert@example.org"
    operators.change(actor=olga, operator=bob, before={"email": "bob@example.org", "name": "Bob"})
    assert [str(address) for address in bob.emailaddress_set.all()] == ["robert@example.org"]  # type: ignore[attr-defined]
    entry = AuditEntry.objects.get()
    assert entry.data == {"changes": {"email": ["bob@example.org", "robert@example.org"]}}


def test_there_are_no_superusers() -> None:
    assert "is_superuser" not in {field.name for field in Operator._meta.get_fields()}
    assert not Operator().is_superuser
