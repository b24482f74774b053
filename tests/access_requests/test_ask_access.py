"""Asking: for whom it is, what is refused, and what happens to what is sent twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from access_requests import services
from access_requests.models import AccessOffer, AccessRequest, RequesterIdentity
from access_requests.offers import offered_to
from access_requests.standing import standing
from accounts.models import AuditEntry, AwsAccount, Operator
from directory.models import DirectoryUser, PermissionSet
from identities.models import IamGroup, IamUser
from identities.operations import add_member
from sync import changes
from sync.models import Change
from tests.access_requests.conftest import Ask, groups_of, linked, offered
from tests.conftest import make_operator
from tests.directory.arranged import arranged_and_pulled
from tests.services.changing import carry_out, propose, worked
from tests.services.world import World

pytestmark = pytest.mark.django_db


def refused(ask: Any, **said: Any) -> str:
    with pytest.raises(changes.PlanError) as caught:
        ask(**said)
    return str(caught.value)


def test_it_is_a_change_in_the_requesters_name(ask: Ask, rita: Operator, user: IamUser) -> None:
    made = ask()
    change = made.change
    assert change is not None and change.on_request and change.requested_by == rita
    assert (standing(made), made.given_to) == ("asked", user.aws_id)
    assert change.steps.get().params["user_arn"] == user.arn
    assert AuditEntry.objects.filter(verb="request.asked", actor=rita).exists()


def test_who_is_linked_to_nobody_gets_nothing(ask: Ask, identity: RequesterIdentity) -> None:
    identity.delete()
    assert "No owner has said yet" in refused(ask)
    assert not Change.objects.exists()


def test_who_is_gone_from_aws_gets_nothing(ask: Ask, user: IamUser) -> None:
    IamUser.objects.filter(pk=user.pk).update(gone_at=timezone.now())
    assert "No owner has said yet" in refused(ask)


def test_what_was_withdrawn_is_not_offered(ask: Ask, offer: AccessOffer) -> None:
    AccessOffer.objects.update(withdrawn_at=timezone.now())
    assert "isn’t offered any more" in refused(ask)


def test_only_the_group_that_it_is_for_may_ask(ask: Ask, offer: AccessOffer, rita: Operator) -> None:
    AccessOffer.objects.update(for_group=Group.objects.create(name="platform"))
    assert not offered_to(rita).exists()
    assert refused(ask)
    rita.groups.add(Group.objects.get())
    assert offered_to(rita).exists()
    assert standing(ask()) == "asked"


def test_nobody_else_is_offered_anything(offer: AccessOffer, alice: Operator, bob: Operator, charlie: Operator) -> None:
    for operator in (alice, bob, charlie):
        assert not offered_to(operator).exists()


def test_offers_of_other_aws_accounts_are_none(
    offer: AccessOffer, other_account: AwsAccount, rita: Operator, group: IamGroup, alice: Operator
) -> None:
    offered(other_account, alice, group, title="Elsewhere")
    assert list(offered_to(rita)) == [offer]


@pytest.mark.parametrize(("hours", "said"), [(-1, "in the past"), (25, "1 day at most")])
def test_the_end_is_ahead_and_within_what_is_offered(ask: Ask, hours: int, said: str) -> None:
    assert said in refused(ask, until=timezone.now() + timedelta(hours=hours))


def test_what_is_gone_is_said_to_owners_only(ask: Ask, group: IamGroup) -> None:
    IamGroup.objects.filter(pk=group.pk).update(gone_at=timezone.now())
    said = refused(ask)
    assert "can’t be granted as things are" in said and group.name not in said
    assert group.name in AuditEntry.objects.get(verb="request.not_granted").data["why"]


def test_what_they_have_is_not_given_until_a_date(
    ask: Ask, world: World, user: IamUser, group: IamGroup, alice: Operator
) -> None:
    carry_out(propose(world.aws_account, alice, [add_member(user, group)]), alice)
    assert "You have this already" in refused(ask)


def test_sent_twice_it_is_asked_for_once(ask: Ask) -> None:
    made = ask()
    assert f"request {made.pk} waits" in refused(ask)
    assert AccessRequest.objects.count() == 1 and Change.objects.filter(ends=None).count() == 1


def test_a_second_one_prolongs_nothing(ask: Ask, anton: Operator) -> None:
    made = ask()
    worked(services.grant(made=made, actor=anton, until=made.until))
    assert "a second one can’t prolong it" in refused(ask, until=timezone.now() + timedelta(hours=20))


def test_nor_does_another_offer_of_the_same(
    ask: Ask, aws_account: AwsAccount, alice: Operator, group: IamGroup, rita: Operator
) -> None:
    ask()
    rita.groups.add(platform := Group.objects.create(name="platform"))
    other = offered(aws_account, alice, group, title="On call for platform", for_group=platform)
    assert "You have asked for this already" in refused(ask, offer=other)


def test_after_its_end_it_can_be_asked_for_again(
    ask: Ask, world: World, user: IamUser, anton: Operator, rita: Operator
) -> None:
    made = ask()
    worked(services.grant(made=made, actor=anton, until=made.until))
    services.withdraw(made=made, actor=rita)
    changes.sweep_due()
    worked(Change.objects.get(ends=made.change))
    assert groups_of(world, user) == []
    assert standing(ask()) == "asked"


def test_a_permission_set_goes_to_the_person(
    emulator: Any, aws_account: AwsAccount, rita: Operator, alice: Operator, anton: Operator
) -> None:
    center = arranged_and_pulled(emulator, aws_account)
    dana = DirectoryUser.objects.get(aws_id=center.dana)
    chosen = PermissionSet.objects.get(arn=center.admin)
    linked(aws_account, rita, dana, alice)
    offer = AccessOffer.objects.create(
        aws_account=aws_account,
        title="Administrator for a night",
        gives="Everything.",
        kind=AccessOffer.Kind.PERMISSION_SET,
        object_id=chosen.aws_id,
        object_name=chosen.name,
        target_id=aws_account.account_id,
        longest_hours=24,
        made_by=alice,
    )
    until = timezone.now() + timedelta(hours=5)
    made = services.ask(requester=rita, offer=offer, until=until, reason="Ticket 7")
    assert made.change is not None
    kinds = list(made.change.steps.values_list("kind", flat=True))
    assert kinds == ["sso.assignment.create", "sso.assignment.await"]
    worked(services.grant(made=made, actor=anton, until=until))
    assert Change.objects.get(ends=made.change).steps.first().kind == "sso.assignment.delete"  # type: ignore[union-attr]


def test_a_role_names_the_user_until_the_end(
    world: World, ask: Ask, user: IamUser, alice: Operator, anton: Operator, rita: Operator
) -> None:
    role = world.role("payroll-reader")
    about = {"kind": AccessOffer.Kind.ROLE, "object_id": role.aws_id, "object_name": role.name}
    offer = AccessOffer.objects.create(
        aws_account=world.aws_account, title="Payroll", gives="Reads it.", longest_hours=24, made_by=alice, **about
    )

    def named() -> bool:
        return user.arn in str(world.iam.get_role(RoleName=role.name)["Role"]["AssumeRolePolicyDocument"])

    made = ask(offer=offer)
    worked(services.grant(made=made, actor=anton, until=made.until))
    assert named()
    services.withdraw(made=made, actor=rita)
    changes.sweep_due()
    worked(Change.objects.get(ends=made.change))
    assert not named()


# ---- What isn't offered ----------------------------------------------------------------------------------------------
DENIED = {
    "principal": "arn:aws:iam::123456789012:user/rita.long",
    "action": "s3:GetObject",
    "resource": "arn:aws:s3:::x/y",
}


def otherwise(rita: Operator, aws_account: AwsAccount, **said: Any) -> AccessRequest:
    until = timezone.now() + timedelta(hours=5)
    about = {"requester": rita, "aws_account": aws_account, "until": until, "reason": "Ticket 7", "denied": DENIED}
    return services.ask_otherwise(**{**about, **said})


def test_what_was_denied_waits_for_an_answer(
    rita: Operator, aws_account: AwsAccount, identity: RequesterIdentity, offer: AccessOffer, anton: Operator
) -> None:
    made = otherwise(rita, aws_account)
    assert (standing(made), made.change) == ("asked", None)
    said = refused(services.grant, made=made, actor=anton, until=made.until)
    assert "Choose an offer" in said
    services.answer_with(made=made, offer=offer, actor=anton)
    made.refresh_from_db()
    change = services.grant(made=made, actor=anton, until=made.ends_at)
    assert change.state == Change.State.QUEUED


def test_an_answer_lasts_no_longer_than_the_offer(
    rita: Operator, aws_account: AwsAccount, identity: RequesterIdentity, offer: AccessOffer, anton: Operator
) -> None:
    made = otherwise(rita, aws_account, until=timezone.now() + timedelta(days=20))
    change = services.answer_with(made=made, offer=offer, actor=anton)
    assert change.until is not None and change.until <= timezone.now() + timedelta(hours=24)


def test_nobody_answers_their_own(rita: Operator, aws_account: AwsAccount, offer: AccessOffer, bob: Operator) -> None:
    made = otherwise(rita, aws_account)
    assert "asked for this yourself" in refused(services.answer_with, made=made, offer=offer, actor=rita)
    assert "takes the role approver or owner" in refused(services.answer_with, made=made, offer=offer, actor=bob)


def test_the_same_denial_is_asked_about_once(rita: Operator, aws_account: AwsAccount) -> None:
    otherwise(rita, aws_account)
    assert "asked for this already" in refused(lambda: otherwise(rita, aws_account))


def test_a_few_may_wait(rita: Operator, aws_account: AwsAccount) -> None:
    for _ in range(services.MOST_UNANSWERED):
        otherwise(rita, aws_account, denied={})
    assert "withdraw one" in refused(lambda: otherwise(rita, aws_account, denied={}))


def test_who_may_not_ask_there_is_told(aws_account: AwsAccount, other_account: AwsAccount, rita: Operator) -> None:
    assert "may not ask" in refused(lambda: otherwise(rita, other_account))
    gina = make_operator("gina", None, None)
    assert "may not ask" in refused(lambda: otherwise(gina, aws_account))
