"""rita, a requester who is known as the IAM user rita.long; anton, who may approve; and what is offered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from access_requests import services
from access_requests.models import AccessOffer, AccessRequest, IdentityKind, RequesterIdentity
from accounts.models import AwsAccount, Operator
from identities.models import IamGroup, IamUser
from sync.changes import sweeper
from tests.services.world import World


@pytest.fixture(autouse=True)
def no_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeper, "wake", lambda task, pk: None)
    cache.clear()  # how often somebody has asked


@pytest.fixture
def user(world: World) -> IamUser:
    return world.user("rita.long")


@pytest.fixture
def group(world: World) -> IamGroup:
    return world.group("oncall")


def offered(aws_account: AwsAccount, by: Operator, group: IamGroup, **more: Any) -> AccessOffer:
    about = {"title": "On call", "gives": "Restarts what hangs.", "longest_hours": 24, "made_by": by, **more}
    about = {"kind": AccessOffer.Kind.GROUP, "object_id": group.aws_id, "object_name": group.name, **about}
    return AccessOffer.objects.create(aws_account=aws_account, **about)


def linked(aws_account: AwsAccount, operator: Operator, row: Any, by: Operator) -> RequesterIdentity:
    kind = IdentityKind.USER if isinstance(row, IamUser) else IdentityKind.PERSON
    return RequesterIdentity.objects.create(
        aws_account=aws_account, operator=operator, kind=kind, object_id=row.aws_id, linked_by=by
    )


@pytest.fixture
def offer(aws_account: AwsAccount, alice: Operator, group: IamGroup) -> AccessOffer:
    return offered(aws_account, alice, group)


@pytest.fixture
def identity(aws_account: AwsAccount, rita: Operator, user: IamUser, alice: Operator) -> RequesterIdentity:
    return linked(aws_account, rita, user, alice)


Ask = Callable[..., AccessRequest]


@pytest.fixture
def ask(rita: Operator, offer: AccessOffer, identity: RequesterIdentity, anton: Operator) -> Ask:
    def asked(**said: Any) -> AccessRequest:
        until = timezone.now() + timedelta(hours=5)
        return services.ask(**{"requester": rita, "offer": offer, "until": until, "reason": "Ticket 7", **said})

    return asked


def groups_of(world: World, user: IamUser) -> list[str]:
    return [each["GroupName"] for each in world.iam.list_groups_for_user(UserName=user.name)["Groups"]]
