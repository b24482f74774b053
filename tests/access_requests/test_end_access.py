"""Deciding, and how what was granted ends: by itself, given back, or because who has it left."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from access_requests import identities, offers, services, sweeping
from access_requests.models import AccessOffer, AccessRequest, RequesterIdentity
from access_requests.standing import standing
from accounts.models import AuditEntry, AwsAccount, Grant, Operator
from accounts.roles import Role
from directory.models import DirectoryUser, PermissionSet
from emulator.process import Emulator
from identities.models import IamUser
from sync import changes
from sync.changes import PlanError, guards
from sync.models import Change
from tests.access_requests.conftest import Ask, groups_of, linked
from tests.directory.arranged import arranged_and_pulled
from tests.services.changing import worked
from tests.services.organizations import connect_member
from tests.services.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def granted(ask: Ask, anton: Operator) -> AccessRequest:
    made = ask()
    worked(services.grant(made=made, actor=anton, until=made.until))
    return again(made)


def again(made: AccessRequest) -> AccessRequest:
    return AccessRequest.objects.get(pk=made.pk)


def ended(made: AccessRequest) -> str:
    """Where it stands after the tick and a worker had it."""
    changes.sweep_due()
    worked(Change.objects.get(ends=made.change))
    return standing(again(made))


def test_granted_until_its_end(world: World, granted: AccessRequest, user: IamUser) -> None:
    assert (standing(granted), groups_of(world, user)) == ("granted", ["oncall"])
    changes.sweep_due()
    assert groups_of(world, user)
    Change.objects.filter(ends=granted.change).update(not_before=timezone.now())
    assert (ended(granted), groups_of(world, user)) == ("ended", [])


def test_granted_for_less(ask: Ask, anton: Operator) -> None:
    made, sooner = ask(), timezone.now() + timedelta(hours=1)
    services.grant(made=made, actor=anton, until=sooner)
    assert again(made).ends_at == sooner


def test_a_longer_end_is_refused_and_grants_nothing(ask: Ask, anton: Operator) -> None:
    made = ask()
    with pytest.raises(PlanError, match="only shorten"):
        services.grant(made=made, actor=anton, until=made.until + timedelta(hours=1))
    assert standing(again(made)) == "asked"


def test_nobody_grants_their_own(ask: Ask, rita: Operator) -> None:
    made = ask()
    Grant.objects.create(operator=rita, aws_account=made.aws_account, role=Role.OWNER)
    for decide in (
        lambda: services.grant(made=made, actor=rita, until=made.until),
        lambda: services.refuse(made=made, actor=rita, note="no"),
    ):
        with pytest.raises(PlanError, match="asked for this yourself"):
            decide()


def test_what_is_no_longer_offered_is_not_granted(
    ask: Ask, offer: AccessOffer, anton: Operator, alice: Operator
) -> None:
    made = ask()
    offers.withdraw(actor=alice, offer=offer)
    with pytest.raises(PlanError, match="The offer was withdrawn"):
        services.grant(made=made, actor=anton, until=made.until)
    sweeping.end_what_may_not_last()
    made = again(made)
    assert (standing(made), made.note) == ("lapsed", "It isn’t offered to them any more.")
    assert made.change is not None and made.change.state == Change.State.CANCELLED


def test_what_was_granted_outlasts_its_offer(granted: AccessRequest, offer: AccessOffer, alice: Operator) -> None:
    offers.withdraw(actor=alice, offer=offer)
    sweeping.end_what_may_not_last()
    assert standing(again(granted)) == "granted"


def test_refused_with_a_word(ask: Ask, anton: Operator) -> None:
    made = ask()
    with pytest.raises(PlanError, match="Say why"):
        services.refuse(made=made, actor=anton, note=" ")
    services.refuse(made=made, actor=anton, note="Use break-glass.")
    assert standing(again(made)) == "refused"
    with pytest.raises(PlanError):
        services.grant(made=again(made), actor=anton, until=made.until)


def test_given_back(world: World, granted: AccessRequest, user: IamUser, rita: Operator, anton: Operator) -> None:
    with pytest.raises(PlanError, match="Only who asked"):
        services.withdraw(made=granted, actor=anton)
    services.withdraw(made=granted, actor=rita)
    assert (ended(granted), groups_of(world, user)) == ("ended", [])
    with pytest.raises(PlanError):
        services.withdraw(made=granted, actor=rita)
    assert AuditEntry.objects.filter(verb="request.withdrawn").count() == 1


def test_withdrawn_before_it_was_decided(ask: Ask, rita: Operator, anton: Operator) -> None:
    made = ask()
    services.withdraw(made=made, actor=rita)
    assert standing(again(made)) == "withdrawn"
    with pytest.raises(PlanError):
        services.grant(made=again(made), actor=anton, until=made.until)


def leave(how: str, rita: Operator, identity: RequesterIdentity, alice: Operator) -> None:
    if how == "deactivated":
        Operator.objects.filter(pk=rita.pk).update(is_active=False)
    elif how == "no role":
        rita.grants.all().delete()
    else:
        identities.unlink(actor=alice, identity=identity)


LEAVING = ("deactivated", "no role", "unlinked")


@pytest.mark.parametrize("how", LEAVING)
def test_who_leaves_has_it_no_longer(
    world: World,
    granted: AccessRequest,
    user: IamUser,
    rita: Operator,
    identity: RequesterIdentity,
    alice: Operator,
    how: str,
) -> None:
    sweeping.end_what_may_not_last()
    assert standing(again(granted)) == "granted"
    leave(how, rita, identity, alice)
    sweeping.end_what_may_not_last()
    assert (ended(granted), groups_of(world, user)) == ("ended", [])
    entry = AuditEntry.objects.get(verb="request.ended_early")
    assert entry.actor is None and entry.data["why"]
    sweeping.end_what_may_not_last()  # once is enough
    assert AuditEntry.objects.filter(verb="request.ended_early").count() == 1


@pytest.mark.parametrize("how", LEAVING)
def test_what_waits_lapses_when_who_asked_leaves(
    ask: Ask, rita: Operator, identity: RequesterIdentity, alice: Operator, how: str
) -> None:
    made = ask()
    leave(how, rita, identity, alice)
    sweeping.end_what_may_not_last()
    assert standing(again(made)) == "lapsed"


def test_linked_to_another_user_it_ends(
    world: World, granted: AccessRequest, rita: Operator, identity: RequesterIdentity, alice: Operator
) -> None:
    """Who is linked anew doesn’t keep what was given to the one before."""
    identities.unlink(actor=alice, identity=identity)
    identities.link(actor=alice, aws_account=granted.aws_account, operator=rita, row=world.user("rita.two"))
    sweeping.end_what_may_not_last()
    assert standing(again(granted)) == "ending"


def test_a_user_deleted_meanwhile_ends_as_done(world: World, granted: AccessRequest, user: IamUser) -> None:
    world.iam.remove_user_from_group(UserName=user.name, GroupName="oncall")
    world.iam.delete_user(UserName=user.name)
    Change.objects.filter(ends=granted.change).update(not_before=timezone.now())
    assert ended(granted) == "ended"


def test_a_group_deleted_before_the_decision_stops_it(ask: Ask, world: World, anton: Operator) -> None:
    made = ask()
    world.iam.delete_group(GroupName="oncall")
    change = worked(services.grant(made=made, actor=anton, until=made.until))
    assert change.state in Change.STUCK
    assert standing(again(made)) == "stopped"


def test_a_permission_set_ends_with_the_role_in_the_account_that_it_is_for(
    emulator: Emulator, aws_account: AwsAccount, rita: Operator, alice: Operator, anton: Operator
) -> None:
    center = arranged_and_pulled(emulator, aws_account)
    member = connect_member(center.made.organization.account("Staging"), "Staging")
    for operator, role in ((rita, Role.REQUESTER), (anton, Role.APPROVER)):
        Grant.objects.create(operator=operator, aws_account=member, role=role)
    chosen = PermissionSet.objects.get(arn=center.admin)
    linked(aws_account, rita, DirectoryUser.objects.get(aws_id=center.dana), alice)
    about = {"kind": AccessOffer.Kind.PERMISSION_SET, "object_id": chosen.aws_id, "object_name": chosen.name}
    offer = AccessOffer.objects.create(
        aws_account=aws_account,
        title="Admin",
        gives="All.",
        longest_hours=24,
        made_by=alice,
        target_id=member.account_id,
        **about,
    )
    until = timezone.now() + timedelta(hours=5)
    made = services.ask(requester=rita, offer=offer, until=until, reason="Ticket 7")
    sweeping.end_what_may_not_last()
    assert standing(again(made)) == "asked"
    rita.grants.filter(aws_account=member).delete()
    sweeping.end_what_may_not_last()
    assert standing(again(made)) == "lapsed"


@pytest.fixture
def half_granted(ask: Ask, anton: Operator, world: World) -> AccessRequest:
    """AWS refused its step: it may be retried."""
    made = ask()
    world.iam.delete_group(GroupName="oncall")
    worked(services.grant(made=made, actor=anton, until=made.until))
    return again(made)


def retry_refused(made: AccessRequest, actor: Operator) -> str:
    assert made.change is not None
    found = guards.objection(Change.objects.get(pk=made.change.pk), actor)
    return found.sentence if found else ""


def test_what_was_given_back_is_not_granted_by_a_retry(half_granted: AccessRequest, anton: Operator) -> None:
    before = retry_refused(half_granted, anton)
    assert "ended by now" not in before
    Change.objects.filter(ends=half_granted.change).update(not_before=timezone.now())
    assert "would have ended by now" in retry_refused(half_granted, anton)


def test_nor_is_what_somebody_asked_for_who_has_left(
    half_granted: AccessRequest, rita: Operator, anton: Operator
) -> None:
    Operator.objects.filter(pk=rita.pk).update(is_active=False)
    assert "no longer an operator" in retry_refused(half_granted, anton)
