"""Names that go from one user to another between the listing of the users and that of their credentials."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AwsAccount, Operator
from emulator.process import Emulator
from identities.models import AccessKey, IamUser
from sync import refresh
from sync.models import Revision, Run
from tests.services.credentials import contents, pull

pytestmark = pytest.mark.django_db


@pytest.fixture
def iam(emulator: Emulator, aws_account: AwsAccount) -> Any:
    """Ann, who has a key, and ben, who has none."""
    client = emulator.client("iam")
    for name in ("ann", "ben"):
        client.create_user(UserName=name)
    client.create_access_key(UserName="ann")
    pull(aws_account, "iam.details", "iam.keys", "iam.login")
    emulator.forget_calls()
    return client


def swap(iam: Any) -> None:
    for old, new in (("ann", "swap"), ("ben", "ann"), ("swap", "ben")):
        iam.update_user(UserName=old, NewUserName=new)


def said(run: Run) -> str:
    return " ".join(line["line"] for line in run.log)


def test_two_who_swap_their_names_keep_their_keys(iam: Any, aws_account: AwsAccount) -> None:
    [key], before = AccessKey.objects.all(), Revision.objects.count()
    swap(iam)
    run = pull(aws_account, "iam.keys")
    assert (run.seen, run.changed, Revision.objects.count()) == (0, 0, before)
    assert (AccessKey.objects.get().user, AccessKey.objects.get().gone_at) == (key.user, None)
    assert "Left out: ann is somebody else by now. The next pull has both." in said(run)
    pull(aws_account, "iam.details", "iam.keys")
    assert Revision.objects.count() == before + 2  # the two names
    assert AccessKey.objects.get().user.name == "ben"


def test_who_takes_the_name_of_one_deleted_takes_no_key_along(iam: Any, aws_account: AwsAccount) -> None:
    [key] = AccessKey.objects.all()
    iam.delete_access_key(UserName="ann", AccessKeyId=key.name)
    iam.delete_user(UserName="ann")
    iam.create_user(UserName="ann")
    new = iam.create_access_key(UserName="ann")["AccessKey"]["AccessKeyId"]
    pull(aws_account, "iam.keys")
    assert [held.name for held in AccessKey.objects.all()] == [key.name]
    pull(aws_account, "iam.details", "iam.keys")
    assert AccessKey.objects.live().get().name == new


def test_what_is_as_before_costs_no_call(iam: Any, aws_account: AwsAccount, emulator: Emulator) -> None:
    pull(aws_account, "iam.keys")
    assert (len(emulator.calls("ListAccessKeys")), emulator.calls("GetUser")) == (2, [])
    iam.create_access_key(UserName="ben")
    assert pull(aws_account, "iam.keys").changed == 1
    assert len(emulator.calls("GetUser")) == 1


def test_a_user_seen_first_after_the_first_pull_is_confirmed(
    iam: Any, aws_account: AwsAccount, emulator: Emulator
) -> None:
    iam.create_user(UserName="cem")
    pull(aws_account, "iam.details")
    iam.delete_user(UserName="cem")
    iam.create_user(UserName="cem")
    iam.create_access_key(UserName="cem")
    pull(aws_account, "iam.keys")
    assert AccessKey.objects.filter(user__name="cem").count() == 0


def test_a_refresh_asks_by_the_name_that_the_user_has_now(iam: Any, aws_account: AwsAccount, erin: Operator) -> None:
    ann = IamUser.objects.get(name="ann")
    swap(iam)
    refresh.work(refresh.start(row=ann, actor=erin).pk)
    ann.refresh_from_db()
    assert (ann.name, len(contents(ann, "keys"))) == ("ben", 1)
