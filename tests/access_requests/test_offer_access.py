"""Offers and links: who may make them, and what is refused."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from access_requests import identities, offers
from access_requests.kinds import KINDS
from access_requests.models import AccessOffer, RequesterIdentity
from accounts.models import AuditEntry, AwsAccount, Operator
from identities.models import IamGroup, IamUser
from tests.conftest import make_aws_account
from tests.services.world import World

pytestmark = pytest.mark.django_db


def an_offer(aws_account: AwsAccount, group: IamGroup, **more: object) -> AccessOffer:
    about = {"title": "On call", "gives": "Restarts.", "longest_hours": 24, "kind": "group", "object_name": group.name}
    return AccessOffer(aws_account=aws_account, object_id=group.aws_id, **{**about, **more})


def test_editors_and_owners_offer(aws_account: AwsAccount, group: IamGroup, erin: Operator) -> None:
    offers.make(actor=erin, offer=an_offer(aws_account, group))
    assert AuditEntry.objects.get(verb="offer.made").actor == erin


def test_others_dont(aws_account: AwsAccount, group: IamGroup, bob: Operator, anton: Operator, rita: Operator) -> None:
    for actor in (bob, anton, rita):
        with pytest.raises(PermissionDenied):
            offers.make(actor=actor, offer=an_offer(aws_account, group))


def test_the_same_is_offered_once(aws_account: AwsAccount, group: IamGroup, erin: Operator) -> None:
    made = offers.make(actor=erin, offer=an_offer(aws_account, group))
    with pytest.raises(ValidationError, match="offered already"):
        offers.make(actor=erin, offer=an_offer(aws_account, group))
    offers.withdraw(actor=erin, offer=made)
    offers.withdraw(actor=erin, offer=made)
    assert AuditEntry.objects.filter(verb="offer.withdrawn").count() == 1
    offers.make(actor=erin, offer=an_offer(aws_account, group))
    assert AccessOffer.objects.count() == 2


@pytest.mark.parametrize("hours", [0, 91 * 24])
def test_not_for_ever(aws_account: AwsAccount, group: IamGroup, erin: Operator, hours: int) -> None:
    with pytest.raises(ValidationError):
        offers.make(actor=erin, offer=an_offer(aws_account, group, longest_hours=hours))


def test_offering_in_another_aws_account_takes_the_role_there(
    aws_account: AwsAccount, group: IamGroup, erin: Operator
) -> None:
    other = make_aws_account("999900009999", "Other")
    offer = an_offer(aws_account, group, kind="permission_set", target_id=other.account_id)
    with pytest.raises(PermissionDenied, match="Other"):
        offers.make(actor=erin, offer=offer)


def test_owners_link(aws_account: AwsAccount, user: IamUser, rita: Operator, alice: Operator, erin: Operator) -> None:
    with pytest.raises(PermissionDenied):
        identities.link(actor=erin, aws_account=aws_account, operator=rita, row=user)
    made = identities.link(actor=alice, aws_account=aws_account, operator=rita, row=user)
    assert (made.kind, made.object_id) == ("user", user.aws_id)
    assert AuditEntry.objects.get(verb="requester.linked").data["id"] == user.aws_id


def test_nobody_links_themselves(aws_account: AwsAccount, user: IamUser, alice: Operator) -> None:
    with pytest.raises(ValidationError, match="Somebody else"):
        identities.link(actor=alice, aws_account=aws_account, operator=alice, row=user)


def test_one_each(
    world: World, identity: RequesterIdentity, user: IamUser, rita: Operator, bob: Operator, alice: Operator
) -> None:
    with pytest.raises(ValidationError, match="unlink that first"):
        identities.link(actor=alice, aws_account=world.aws_account, operator=rita, row=world.user("rita.two"))
    with pytest.raises(ValidationError, match="linked to Rita already"):
        identities.link(actor=alice, aws_account=world.aws_account, operator=bob, row=user)


def test_a_gone_offer_is_found_gone(offer: AccessOffer, group: IamGroup) -> None:
    assert KINDS[offer.kind].find(offer) == group
    IamGroup.objects.filter(pk=group.pk).update(gone_at=timezone.now())
    assert KINDS[offer.kind].find(offer) is None
