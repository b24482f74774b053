"""Sources that write of the same objects at once: one waits for the other, and neither for ever.

On PostgreSQL, where transactions run side by side; SQLite lets one in at a time. Each test holds one row back, so that
both have begun when it lets them go on.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.db import OperationalError, transaction
from django.utils import timezone

from accounts.models import AwsAccount
from identities.edges import loosen_members
from identities.models import IamUser, Membership
from policies.models import Document
from sync import mirror
from sync.aws.client import reader
from sync.mirror import AccountRegion, Counts, RunVisit, bulk, sources
from sync.mirror.rows import columns
from sync.mirror.rows import write as write_rows
from sync.mirror.store import write
from sync.models import Facet, Revision, Run
from tests.services.pulling import pulled, seed
from tests.services.rows import make_group, make_user
from tests.services.two_writers import both

USERS = ("AIDAZ", "AIDAM", "AIDAA")  # in the order in which they are in the table; the middle one is held back


@pytest.fixture
def visit(aws_account: AwsAccount) -> RunVisit:
    run = Run.objects.create(
        aws_account=aws_account, source="iam.details", trigger=Run.Trigger.COMMAND, started_at=timezone.now()
    )
    return RunVisit(run, reader(aws_account), first=False, note=lambda counts: None)


@pytest.fixture
def group(aws_account: AwsAccount) -> Any:
    """Three users in a group that is gone, with the facet of their details."""
    group = make_group(aws_account, gone_at=timezone.now())
    for name in USERS:
        user = make_user(aws_account, name, aws_id=name)
        row = columns(AccountRegion(aws_account), timezone.now(), aws_id=f"{name}/1", name=group.name)
        write_rows(Membership, [row | {"user_id": user.pk, "group_id": group.pk}])
        facet = Facet.objects.create(
            aws_account=aws_account, kind="iam.user", object_id=name, source="details", read_at=timezone.now()
        )
        content: dict[str, list[str]] = {"groups": [], "attached": []}
        Revision.objects.create(facet=facet, number=1, content=content, seen_at=timezone.now(), origin="import")
    return group


def hold() -> None:
    Facet.objects.select_for_update().get(object_id=USERS[1], source="details")


def keys(visit: RunVisit) -> Callable[[], None]:
    about = mirror.mirror_of("iam.user", "keys")
    items = [{"UserId": name, "UserName": name, "Arn": "", "Credentials": []} for name in USERS]
    return lambda: mirror.store(
        visit, about, [mirror.ObservedItem(about, item) for item in items], requested_at=timezone.now()
    )


def loosened(visit: RunVisit, group: Any) -> None:
    with transaction.atomic():
        loosen_members(visit.place, [group.aws_id])


def tied(visit: RunVisit, group: Any) -> None:
    mirror.tie_loose_ends(visit, sources["iam.details"])


@pytest.mark.servers
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("end", [tied, loosened])
def test_the_end_of_a_pull_and_a_source_of_credentials(
    visit: RunVisit, group: Any, end: Callable[[RunVisit, Any], None]
) -> None:
    both(hold, lambda: end(visit, group), keys(visit))
    assert Facet.objects.filter(source="keys").count() == len(USERS)
    assert IamUser.objects.live().count() == len(USERS)


@pytest.mark.servers
@pytest.mark.django_db(transaction=True)
def test_two_who_store_the_same_documents() -> None:
    held = {"text_hash": "m", "canonical_hash": "m", "text": "", "size": 0, "problem": ""}

    def stored(text_hashes: str) -> Callable[[], None]:
        rows = [held | {"text_hash": text_hash} for text_hash in text_hashes]
        return lambda: in_one_transaction(rows)

    def in_one_transaction(rows: list[dict[str, Any]]) -> None:
        with transaction.atomic():
            bulk.insert_missing(Document, rows, key=["text_hash"], returning="text_hash")

    both(lambda: bulk.insert(Document, [held]), stored("amz"), stored("zma"))
    assert sorted(Document.objects.values_list("text_hash", flat=True)) == ["a", "m", "z"]


@pytest.mark.django_db
def test_a_turn_that_the_database_took_back_comes_again(
    aws_account: AwsAccount, emulator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it was that waited: an operator's write, or what no order of locks can know of."""
    seed(emulator)
    turns: list[Counts] = []

    def once(*args: Any) -> Counts:
        turns.append(write(*args))
        if len(turns) == 2:
            raise OperationalError("deadlock detected")
        return turns[-1]

    monkeypatch.setattr(import_module("sync.mirror.store"), "write", once)
    run = pulled(aws_account)
    assert (run.seen, run.new, run.changed, len(turns)) == (5, 5, 0, 6)
    assert "others wrote there too: goes on in a moment." in str(run.log)
