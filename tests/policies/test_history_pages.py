"""The History tab: what each revision changed, and any two of them side by side."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from emulator.process import Emulator
from identities.models import IamUser
from policies.models import ManagedPolicy
from policies.operations import plan_update
from sync.models import Facet, Revision, Run
from tests.services.changing import carry_out, propose
from tests.services.pages import get, text_of
from tests.services.pulling import policy_arn, pulled, seed, seeded_and_pulled
from tests.services.remembered import remembered
from tests.services.statements import allowing

pytestmark = pytest.mark.django_db

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


@pytest.fixture
def jane(emulator: Emulator, aws_account: AwsAccount) -> IamUser:
    """Four revisions: as imported, with a policy attached, with another tag, without the policy."""
    iam = seed(emulator)

    def revise() -> None:
        pulled(aws_account)
        iam.attach_user_policy(UserName="jane", PolicyArn=READ_ONLY)
        pulled(aws_account)
        iam.tag_user(UserName="jane", Tags=[{"Key": "team", "Value": "finance"}])
        pulled(aws_account)
        iam.detach_user_policy(UserName="jane", PolicyArn=READ_ONLY)
        pulled(aws_account)

    remembered("revised", emulator, aws_account, revise)
    return IamUser.objects.get()


def history(client: Client, row: Any, query: str = "") -> str:
    return get(client, f"{row.kind.removeprefix('iam.')}_history", query, aws_id=row.aws_id)


def test_each_revision_says_what_it_changed(jane: IamUser, bob: Operator, client_of: Callable[..., Client]) -> None:
    text = text_of(history(client_of(bob), jane))
    found = [
        text.index(words)
        for words in (
            "Detached ReadOnlyAccess",
            "Tag team is finance instead of reports",
            "Attached ReadOnlyAccess",
            "First sight",
        )
    ]
    assert found == sorted(found)
    assert "Details, revision 4 · Changed outside this console ( drift ) · seen just now by pull" in text


def test_any_two_stand_side_by_side(jane: IamUser, bob: Operator, client_of: Callable[..., Client]) -> None:
    text = text_of(history(client_of(bob), jane, "?facet=details&from=1&to=4"))
    assert "Details: revision 1 and revision 4" in text
    assert "Tag team is finance instead of reports" in text
    assert "ReadOnlyAccess" not in text  # attached and detached between the two
    assert '"team": "reports"' in text
    assert '"team": "finance"' in text


def test_the_older_one_stands_left(jane: IamUser, bob: Operator, client_of: Callable[..., Client]) -> None:
    client = client_of(bob)
    assert history(client, jane, "?from=4&to=1").count("revision 1 and revision 4") == 1
    one, other = (
        re.sub(r"\d+ min ago|just now", "", history(client, jane, query))
        for query in ("?facet=details&from=2&to=3", "?facet=details&from=3&to=2")
    )
    assert text_of(one) == text_of(other)


def test_those_that_say_the_same_say_so(
    jane: IamUser, emulator: Emulator, aws_account: AwsAccount, bob: Operator, client_of: Callable[..., Client]
) -> None:
    emulator.client("iam").tag_user(UserName="jane", Tags=[{"Key": "team", "Value": "reports"}])
    pulled(aws_account)
    assert "They say the same." in text_of(history(client_of(bob), jane, "?facet=details&from=1&to=5"))


@pytest.mark.parametrize("query", ["?from=1&to=99", "?facet=keys&from=1&to=2", "?from=1&to=1", "?facet=&from=1&to=2"])
def test_what_there_isnt_is_said(jane: IamUser, bob: Operator, client_of: Callable[..., Client], query: str) -> None:
    assert "There are no such two revisions" in text_of(history(client_of(bob), jane, query))


@pytest.mark.parametrize("query", ["?from=x&to=1", "?before=x", "?from=1", "?from=²&to=1", "?before=99999999999"])
def test_an_address_that_means_nothing_shows_the_history(
    jane: IamUser, bob: Operator, client_of: Callable[..., Client], query: str
) -> None:
    assert "Every state that this console has seen" in text_of(history(client_of(bob), jane, query))


def test_documents_are_shown_and_not_their_hashes(
    emulator: Emulator, aws_account: AwsAccount, erin: Operator, client_of: Callable[..., Client]
) -> None:
    seeded_and_pulled(emulator, aws_account)
    policy = ManagedPolicy.objects.get(arn=policy_arn("reports-read"))
    done = carry_out(propose(aws_account, erin, plan_update(policy, allowing("s3:PutObject"))), erin)
    text = text_of(history(client_of(erin), policy, "?facet=details&from=1&to=2"))
    assert "s3:PutObject" in text
    assert f"A change of this console ( change {done.pk} )" in text
    assert not re.search(r"[0-9a-f]{64}", text)


def test_what_is_gone_is_compared_with_what_was(
    jane: IamUser, emulator: Emulator, aws_account: AwsAccount, bob: Operator, client_of: Callable[..., Client]
) -> None:
    iam = emulator.client("iam")
    iam.remove_user_from_group(GroupName="developers", UserName="jane")
    iam.delete_user(UserName="jane")
    pulled(aws_account)
    client = client_of(bob)
    assert "It no longer exists" in text_of(history(client, jane))
    assert "It no longer existed." in text_of(history(client, jane, "?facet=details&from=1&to=5"))


@pytest.fixture
def with_keys(jane: IamUser) -> IamUser:
    """A second facet that counts its own revisions."""
    facet = Facet.objects.create(
        aws_account=jane.aws_account, kind=jane.kind, object_id=jane.aws_id, source="odd_one", read_at=timezone.now()
    )
    for number, status in ((1, "Active"), (2, "Inactive")):
        Revision.objects.create(
            facet=facet,
            number=number,
            fingerprint=str(number),
            content={"status": status},
            origin="outside",
            seen_at=timezone.now(),
            run=Run.objects.last(),
        )
    return jane


def test_facets_are_told_apart(with_keys: IamUser, bob: Operator, client_of: Callable[..., Client]) -> None:
    client = client_of(bob)
    text = text_of(history(client, with_keys))
    assert "All 6 Details 4 Odd one 2" in text
    assert "Odd one, revision 2" in text
    assert "Compare the two chosen" not in text  # of all parts together no two can be chosen
    text = text_of(history(client, with_keys, "?facet=odd_one"))
    assert "Compare the two chosen" in text
    assert "Details, revision" not in text
    text = text_of(history(client, with_keys, "?facet=odd_one&from=1&to=2"))
    assert '"status": "Active"' in text and '"status": "Inactive"' in text


def test_older_revisions_are_a_page_further(jane: IamUser, bob: Operator, client_of: Callable[..., Client]) -> None:
    facet = Facet.objects.get(object_id=jane.aws_id)
    run = Run.objects.last()
    Revision.objects.bulk_create(
        Revision(
            facet=facet,
            number=number,
            fingerprint=str(number),
            content={"path": f"/{number}/"},
            origin="outside",
            seen_at=timezone.now(),
            run=run,
        )
        for number in range(5, 35)
    )
    client = client_of(bob)
    html = history(client, jane)
    older = re.search(r'href="\?([^"]+before=\d+)"', html)
    assert older
    seen = re.findall(r"revision (\d+) ·", text_of(html))
    seen += re.findall(r"revision (\d+) ·", text_of(history(client, jane, "?" + older[1].replace("&amp;", "&"))))
    assert seen == [str(number) for number in range(34, 0, -1)]


def test_raw_shows_every_part_and_what_is_beyond_it(
    with_keys: IamUser, bob: Operator, client_of: Callable[..., Client]
) -> None:
    Facet.objects.filter(source="odd_one").update(extra={"NewestThing": 7})
    text = text_of(get(client_of(bob), "user_raw", aws_id=with_keys.aws_id))
    assert '"status" : "Inactive"' in text
    assert "Beyond what this console knows" in text and '"NewestThing" : 7' in text
