"""Memberships and attachments follow AWS through renames, deletions and objects made anew, and keep their history."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AwsAccount
from emulator.process import Emulator
from identities.models import Attachment, IamGroup, IamUser, InlinePolicy, Membership
from policies.models import ManagedPolicy
from sync.models import Facet
from tests.services.pulling import READ_ONLY, policy_arn, pulled, revisions, seed
from tests.services.statements import allowing

pytestmark = pytest.mark.django_db


def test_left_and_joined_again_is_two_memberships(iam: Any, aws_account: AwsAccount) -> None:
    iam.remove_user_from_group(GroupName="developers", UserName="jane")
    pulled(aws_account)
    assert not Membership.objects.live().exists()
    iam.add_user_to_group(GroupName="developers", UserName="jane")
    pulled(aws_account)
    assert [(edge.aws_id[-2:], edge.gone_at is None) for edge in Membership.objects.order_by("pk")] == [
        ("/1", False),
        ("/2", True),
    ]


@pytest.mark.parametrize("page_items", [1000, 1])
def test_a_renamed_group_keeps_its_members(iam: Any, aws_account: AwsAccount, settings: Any, page_items: int) -> None:
    """Also when the group's new name comes on a later page than its members."""
    settings.PULL_PAGE_ITEMS = page_items
    before = Membership.objects.get()
    iam.update_group(GroupName="developers", NewGroupName="engineers")
    pulled(aws_account)
    after = Membership.objects.get()
    assert (after.pk, after.name, after.group.name, after.gone_at) == (before.pk, "engineers", "engineers", None)
    assert IamGroup.objects.count() == 1


def test_two_groups_that_change_their_names(iam: Any, aws_account: AwsAccount) -> None:
    iam.create_group(GroupName="operators")
    pulled(aws_account)
    developers = IamGroup.objects.get(name="developers")
    iam.update_group(GroupName="developers", NewGroupName="spare")
    iam.update_group(GroupName="operators", NewGroupName="developers")
    iam.update_group(GroupName="spare", NewGroupName="operators")
    pulled(aws_account)
    assert Membership.objects.live().get().group == developers


def test_a_group_made_anew_under_its_name_has_new_members(iam: Any, aws_account: AwsAccount) -> None:
    """What AWS says of the user is the same, to the letter."""
    iam.remove_user_from_group(GroupName="developers", UserName="jane")
    iam.detach_group_policy(GroupName="developers", PolicyArn=policy_arn("reports-read"))
    iam.delete_group(GroupName="developers")
    iam.create_group(GroupName="developers")
    iam.add_user_to_group(GroupName="developers", UserName="jane")
    run = pulled(aws_account)
    old, new = IamGroup.objects.order_by("pk")
    assert (old.gone_at is not None, new.gone_at) == (True, None)
    assert Membership.objects.live().get().group == new
    assert Membership.objects.get(group=old).gone_at is not None
    assert (run.new, run.gone) == (1, 1)


def test_a_policy_that_comes_after_who_has_it(emulator: Emulator, aws_account: AwsAccount, settings: Any) -> None:
    """On a later page; more than one batch of each."""
    settings.PULL_PAGE_ITEMS, settings.PULL_BATCH = 1, 1
    iam = seed(emulator)
    iam.attach_role_policy(RoleName="exporter", PolicyArn=policy_arn("reports-read"))
    pulled(aws_account)
    attached = Attachment.objects.values_list("policy__arn", flat=True)
    assert sorted(attached) == [*[policy_arn("reports-read")] * 2, READ_ONLY]
    assert IamGroup.objects.get().member_count == 1
    assert not Facet.objects.filter(loose_ends=True).exists()


def test_a_policy_made_anew_under_its_name_is_attached_anew(iam: Any, aws_account: AwsAccount) -> None:
    arn = policy_arn("reports-read")
    iam.detach_group_policy(GroupName="developers", PolicyArn=arn)
    iam.delete_policy(PolicyArn=arn)
    iam.create_policy(PolicyName="reports-read", PolicyDocument=allowing("s3:GetObject"))
    iam.attach_group_policy(GroupName="developers", PolicyArn=arn)
    pulled(aws_account)
    old, new = ManagedPolicy.objects.filter(arn=arn).order_by("pk")
    assert old.gone_at is not None
    assert Attachment.objects.live().get(name="reports-read").policy == new
    assert Attachment.objects.filter(name="reports-read").count() == 2


def test_an_object_made_anew_is_a_second_row(iam: Any, aws_account: AwsAccount) -> None:
    iam.remove_user_from_group(GroupName="developers", UserName="jane")
    iam.delete_user(UserName="jane")
    iam.create_user(UserName="jane")
    pulled(aws_account)
    old, new = IamUser.objects.filter(name="jane").order_by("pk")
    assert old.aws_id != new.aws_id
    assert (old.gone_at is not None, new.gone_at) == (True, None)
    assert [revision.gone for revision in revisions(old)] == [False, True]
    assert [revision.origin for revision in revisions(new)] == ["outside"]
    assert not Membership.objects.live().exists()


def test_a_deleted_owner_takes_what_hangs_on_it_along(iam: Any, aws_account: AwsAccount) -> None:
    iam.delete_role_policy(RoleName="exporter", PolicyName="logs")
    iam.detach_role_policy(RoleName="exporter", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    iam.delete_role(RoleName="exporter")
    pulled(aws_account)
    assert not InlinePolicy.objects.live().exists()
    assert not Attachment.objects.live().filter(role__isnull=False).exists()


def test_an_edge_to_what_the_mirror_lacks_is_remembered(iam: Any, aws_account: AwsAccount) -> None:
    """A group that no page showed yet; the next pull finds it, though the user's item is the same."""
    IamGroup.objects.update(name_key="hidden")
    Facet.objects.filter(kind="iam.user").update(raw_hash="")
    Facet.objects.filter(kind="iam.group").update(raw_hash="", fingerprint="")
    pulled(aws_account)
    assert Membership.objects.live().get().group.name_key == "developers"
    assert not Facet.objects.filter(loose_ends=True).exists()


def test_a_changed_inline_policy_keeps_its_row(iam: Any, aws_account: AwsAccount) -> None:
    iam.put_role_policy(RoleName="exporter", PolicyName="logs", PolicyDocument=allowing("logs:*"))
    pulled(aws_account)
    inline = InlinePolicy.objects.get()
    assert inline.document.text == allowing("logs:*")


def test_the_boundary_and_tags_are_columns(iam: Any, aws_account: AwsAccount) -> None:
    iam.put_user_permissions_boundary(UserName="jane", PermissionsBoundary=policy_arn("reports-read"))
    iam.untag_user(UserName="jane", TagKeys=["team"])
    pulled(aws_account)
    jane = IamUser.objects.get()
    assert (jane.boundary_arn, jane.tags) == (policy_arn("reports-read"), {})
    assert ManagedPolicy.objects.get(name="reports-read").boundary_count == 1


def test_what_is_volatile_makes_no_revision(iam: Any, aws_account: AwsAccount) -> None:
    iam.attach_user_policy(UserName="jane", PolicyArn=policy_arn("reports-read"))
    pulled(aws_account)
    policy = ManagedPolicy.objects.get(name="reports-read")
    assert (policy.attachment_count, len(revisions(policy))) == (2, 1)
