"""Indexes are kept between requests, and never tell of access that isn't so any more."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from access import index as keeping
from access.index import cached_index
from access.kept import KEPT
from access.rows import all_rows
from accounts.models import AwsAccount, Operator
from emulator.process import Emulator
from identities.models import IamRole, IamUser, InlinePolicy
from policies.models import ManagedPolicy, OrgAccount, OrgTarget
from policies.operations import plan_update
from policies.organizations.sources import MEMBERSHIP, TREE
from tests.access.mirrored import administrator, arn, given, managed, role, user
from tests.services.changing import carry_out, propose
from tests.services.organization_rows import complete, make_control_policy, make_organization
from tests.services.organizations import MANAGEMENT_ID, MadeOrganization
from tests.services.pages import get
from tests.services.pages import text_of as words_of
from tests.services.pulling import policy_arn, pulled, seeded_and_pulled
from tests.services.rows import attach, join, make_document, make_group, make_user
from tests.services.statements import allow, deny, denying, document_text, reports_policy
from tests.services.world import World
from tests.sync.snapshots import import_, organisation, write

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
READ, OBJECT = "s3:GetObject", "arn:aws:s3:::acme-reports/2026.csv"


@pytest.fixture
def alone(aws_account: AwsAccount) -> AwsAccount:
    complete(aws_account, MEMBERSHIP)
    return aws_account


def who(aws_account: AwsAccount, action: str = READ) -> list[str]:
    return [found.arn.rpartition("/")[2] for found in cached_index(aws_account).index.who_can(action, OBJECT)]


def test_it_is_made_once(alone: AwsAccount) -> None:
    user(alone, "dana", allow("s3:*"))
    assert cached_index(alone) is cached_index(alone)


# ---- Whatever it is made of ----------------------------------------------------------------------------------------
CHANGES: dict[str, Callable[[AwsAccount], Any]] = {
    "a boundary": lambda _: IamUser.objects.update(boundary_arn=arn("policy/limit")),
    "a tag": lambda _: IamUser.objects.update(tags={"team": "red"}),
    "an inline policy": lambda _: InlinePolicy.objects.update(document=make_document(document_text(deny("*")))),
    "the end of one": lambda _: InlinePolicy.objects.update(gone_at=timezone.now()),
    "a trust policy": lambda _: IamRole.objects.update(trust=make_document(document_text(deny("sts:*")))),
    "the version in force": lambda _: ManagedPolicy.objects.update(default_version="v2"),
    "a user": lambda aws_account: make_user(aws_account, "eve"),
    "the end of a user": lambda _: IamUser.objects.update(gone_at=timezone.now()),
    "a membership": lambda aws_account: join(IamUser.objects.get(), given(make_group(aws_account), allow("*"))),
    "an attachment": lambda aws_account: attach(IamUser.objects.get(), ManagedPolicy.objects.get()),
    "a move in the organization": lambda aws_account: make_organization(aws_account),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_it_is_made_again_after_any_change(alone: AwsAccount, change: Callable[[AwsAccount], Any]) -> None:
    user(alone, "dana", allow("s3:*"))
    role(alone, "reader", trusts=arn("root"))
    managed(alone, "limit", [allow("ec2:*")])
    before = cached_index(alone)
    change(alone)
    assert cached_index(alone) is not before


def test_a_control_policy_that_is_attached_counts_at_once(aws_account: AwsAccount) -> None:
    make_organization(aws_account)
    own = OrgAccount.objects.get(aws_id=aws_account.account_id)
    make_control_policy(aws_account, "all", own, document=document_text(allow("*")))
    user(aws_account, "dana", allow("s3:*"))
    assert who(aws_account) == []  # our-regions denies it
    OrgTarget.objects.filter(policy__name="our-regions").update(gone_at=timezone.now())
    assert who(aws_account) == ["dana"]


def test_one_text_is_not_another_of_the_same_number(alone: AwsAccount) -> None:
    """Documents count by what they say."""
    dana = user(alone, "dana", allow("s3:*"))
    digest = all_rows(alone).digest()
    text = InlinePolicy.objects.get(user=dana).document
    text.text_hash = "0" * 64
    text.save()
    assert all_rows(alone).digest() != digest


# ---- Whoever writes ------------------------------------------------------------------------------------------------
def test_after_a_pull_and_a_tombstone(emulator: Emulator, aws_account: AwsAccount) -> None:
    iam = seeded_and_pulled(emulator, aws_account)
    assert who(aws_account) == ["jane", "exporter"]
    iam.create_user(UserName="zoe")
    iam.add_user_to_group(GroupName="developers", UserName="zoe")
    pulled(aws_account)
    assert who(aws_account) == ["jane", "zoe", "exporter"]
    iam.detach_group_policy(GroupName="developers", PolicyArn=policy_arn("reports-read"))
    iam.attach_user_policy(UserName="zoe", PolicyArn=policy_arn("reports-read"))
    iam.remove_user_from_group(GroupName="developers", UserName="jane")
    iam.delete_user(UserName="jane")
    pulled(aws_account)
    assert who(aws_account) == ["zoe", "exporter"]


def test_after_a_change(emulator: Emulator, aws_account: AwsAccount, erin: Operator) -> None:
    world = World(emulator, aws_account)
    policy = world.policy(versions=1)
    attach(make_user(world.aws_account, "dana"), policy)
    assert who(world.aws_account) == []
    carry_out(propose(world.aws_account, erin, plan_update(policy, reports_policy(READ))), erin)
    assert who(world.aws_account) == ["dana"]


@pytest.mark.django_db(transaction=True)
def test_after_an_import(tmp_path: Path) -> None:
    file = organisation()
    import_(write(tmp_path / "first.json", file))
    aws_account = AwsAccount.objects.get()
    before = who(aws_account, "s3:Action2")
    file["UserDetailList"] = [
        {**each, "GroupList": []} if each["UserName"] == "jane" else each for each in file["UserDetailList"]
    ]
    import_(write(tmp_path / "second.json", file))
    assert (before, who(aws_account, "s3:Action2")) == (["jane"], [])


def test_after_a_pull_of_the_organization(emulator: Emulator, aws_account: AwsAccount) -> None:
    organization = MadeOrganization(emulator, MANAGEMENT_ID)
    unit = organization.unit("Workloads")
    organization.invite(unit=unit)
    organization.delegate()
    user(aws_account, "dana", allow("s3:*"))
    for source in (MEMBERSHIP, TREE):
        pulled(aws_account, source=source)
    assert who(aws_account) == ["dana"]
    organization.policy("nobody-reads", denying("s3:*"), unit)
    pulled(aws_account, source=TREE)
    assert who(aws_account) == []


# ---- Pages ---------------------------------------------------------------------------------------------------------
def test_pages_tell_what_is_so_now(alone: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    eve = user(alone, "eve", allow("iam:PutUserPolicy", arn("user/eve")))
    client = client_of(bob)
    asked = f"?action=iam:PutUserPolicy&resource={arn('user/eve')}"
    assert "1 principal " in words_of(get(client, "who_can", asked))
    assert "1 path " in words_of(get(client, "escalations"))
    InlinePolicy.objects.filter(user=eve).update(document=make_document(document_text(deny("*"))))
    assert "0 principals " in words_of(get(client, "who_can", asked))
    assert "0 paths " in words_of(get(client, "escalations"))


def test_escalation_paths_depend_on_credentials_too(alone: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    user(alone, "eve", allow("iam:UpdateLoginProfile"))
    boss = administrator(make_user(alone, "boss", has_password=True))
    client = client_of(bob)
    assert "1 path " in words_of(get(client, "escalations"))
    assert "1 path " in words_of(get(client, "escalations"))
    IamUser.objects.filter(pk=boss.pk).update(has_password=False)
    assert "0 paths " in words_of(get(client, "escalations"))


# ---- Bounds --------------------------------------------------------------------------------------------------------
def test_what_is_kept_is_bounded(alone: AwsAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KEPT, "most", 3)
    other = AwsAccount.objects.create(account_id="210987654321", name="Other", connection="snapshot")
    for aws_account in (alone, other):
        make_user(aws_account, "one")
        make_user(aws_account, "two")
    first = cached_index(alone)
    assert cached_index(other) is cached_index(other)
    assert cached_index(alone) is not first  # it had made room
    make_user(other, "three")
    make_user(other, "four")
    assert cached_index(other) is not cached_index(other)  # too many for any


def test_answers_that_are_kept_are_bounded(alone: AwsAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST_ANSWERS", 2)
    held, asked = cached_index(alone), []
    for key in (1, 2, 1, 3, 1, 2):
        held.answer(key, lambda key=key: asked.append(key))  # type: ignore[misc]
    assert asked == [1, 2, 3, 2]


def test_threads_share_it(alone: AwsAccount) -> None:
    for name in ("dana", "eve", "mallory"):
        user(alone, name, allow("s3:*"))
    index = cached_index(alone).index
    with ThreadPoolExecutor(8) as pool:
        found = pool.map(lambda n: len(index.who_can(f"s3:Get{n % 40}", OBJECT)), range(400))
    assert set(found) == {3}
