"""A listing that misses an object proves nothing: AWS is asked for it alone, or the next complete pull decides."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest

from accounts.models import AwsAccount
from emulator.process import Emulator
from identities.models import IamUser, Membership
from sync.models import Facet
from tests.services.pulling import pull_all, pulled, revisions

pytestmark = pytest.mark.django_db

LISTING = "GetAccountAuthorizationDetails"


@pytest.fixture
def iam(emulator: Emulator, aws_account: AwsAccount) -> Any:
    client = emulator.client("iam")
    client.create_group(GroupName="developers")
    for name in ("ann", "ben", "cem"):
        client.create_user(UserName=name)
        client.add_user_to_group(GroupName="developers", UserName=name)
    pulled(aws_account)
    return client


@pytest.fixture
def blind(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes the listing miss users, as an eventually consistent one may."""
    from identities.mirrors import IamDetails

    missed: set[str] = set()
    pages = IamDetails.pages

    def read(self: Any, *args: Any) -> Any:
        for page in pages(self, *args):
            users = [user for user in page.items["iam.user"] if user["UserName"] not in missed]
            yield replace(page, items={**page.items, "iam.user": users})

    monkeypatch.setattr(IamDetails, "pages", read)
    return missed


def live() -> set[str]:
    return set(IamUser.objects.live().values_list("name", flat=True))


def test_what_one_listing_missed_is_asked_for_and_stays(iam: Any, aws_account: AwsAccount, blind: set[str]) -> None:
    blind.add("ann")
    run = pulled(aws_account)
    assert (run.gone, live()) == (0, {"ann", "ben", "cem"})
    assert Membership.objects.live().count() == 3
    assert len(revisions(IamUser.objects.get(name="ann"))) == 1


def test_the_answer_to_the_question_is_taken(iam: Any, aws_account: AwsAccount, blind: set[str]) -> None:
    blind.add("ann")
    iam.tag_user(UserName="ann", Tags=[{"Key": "team", "Value": "new"}])
    run = pulled(aws_account)
    assert (run.seen, run.changed, IamUser.objects.get(name="ann").tags) == (4, 1, {"team": "new"})


def test_what_isnt_there_either_is_gone_at_once(iam: Any, aws_account: AwsAccount) -> None:
    iam.remove_user_from_group(GroupName="developers", UserName="ann")
    iam.delete_user(UserName="ann")
    assert (pulled(aws_account).gone, live()) == (1, {"ben", "cem"})


def test_beyond_the_cap_the_next_complete_pull_decides(
    iam: Any, aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("sync.mirror.sweep"), "CONFIRMATIONS", 1)
    for name in ("ann", "ben"):
        iam.remove_user_from_group(GroupName="developers", UserName=name)
        iam.delete_user(UserName=name)
    assert (pulled(aws_account).gone, len(live())) == (1, 2)
    assert (pulled(aws_account).gone, live()) == (1, {"cem"})


def test_one_that_is_seen_again_starts_anew(
    iam: Any, aws_account: AwsAccount, blind: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("sync.mirror.sweep"), "CONFIRMATIONS", 0)
    for misses in ({"ann"}, set(), {"ann"}):
        blind.clear()
        blind.update(misses)
        assert pulled(aws_account).gone == 0
    assert "ann" in live()


def test_no_answer_to_the_question_is_no_proof(iam: Any, aws_account: AwsAccount, emulator: Emulator) -> None:
    iam.remove_user_from_group(GroupName="developers", UserName="ann")
    iam.delete_user(UserName="ann")
    emulator.rules([{"action": "GetUser", "error": {"code": "AccessDenied", "status": 403}}])
    assert (pulled(aws_account).gone, "ann" in live()) == (0, True)
    assert Facet.objects.filter(missed_by__isnull=False).count() == 1
    assert (pulled(aws_account).gone, "ann" in live()) == (1, False)


def test_a_pull_that_fails_counts_for_nothing(iam: Any, aws_account: AwsAccount, emulator: Emulator) -> None:
    iam.remove_user_from_group(GroupName="developers", UserName="ann")
    iam.delete_user(UserName="ann")
    emulator.rules([{"action": LISTING, "when": "after", "truncate": True}])
    pull_all(aws_account)
    assert not Facet.objects.filter(missed_by__isnull=False).exists()
