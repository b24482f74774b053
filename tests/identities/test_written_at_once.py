"""Several sources write one row, each its own columns: what two workers write at once is there afterwards.

On PostgreSQL, where transactions run side by side; SQLite lets one in at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import AwsAccount
from identities.edges import tie_memberships
from identities.models import IamAccount, IamGroup, IamUser
from sync import mirror
from sync.mirror import AccountRegion, Item, ParsedItem
from sync.mirror.rows import columns, write
from tests.conftest import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.servers]

WAITING = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
JANE = "AIDAJANE"


@pytest.fixture
def place(aws_account: AwsAccount) -> AccountRegion:
    found = AccountRegion(aws_account)
    write(IamUser, [columns(found, timezone.now(), aws_id=name, name=name) for name in (JANE, "AIDAJOHN")])
    return found


def is_waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return cursor.fetchone() is not None


@pytest.fixture
def at_once() -> Iterator[Callable[[Callable[[], object], Callable[[], object]], None]]:
    """Does the first one, and commits it when the second one has begun and waits for it."""
    written = Event()

    def first_of(action: Callable[[], object]) -> None:
        try:
            with transaction.atomic():
                action()
                written.set()
                wait_until(is_waiting)
        finally:
            written.set()
            connection.close()

    def do(first: Callable[[], object], second: Callable[[], object]) -> None:
        with ThreadPoolExecutor(1) as thread:
            other = thread.submit(first_of, first)
            assert written.wait(10)
            with transaction.atomic():
                second()
            other.result()

    yield do


def save(place: AccountRegion, kind: str, facet: str, item: Item) -> Callable[[], None]:
    about = mirror.mirror_of(kind, facet)
    return lambda: about.save(place, [about.see(item)], timezone.now())


def of_jane(*credentials: Item) -> Item:
    return {"UserId": JANE, "UserName": "jane", "Arn": "", "Credentials": list(credentials)}


def test_two_facets_of_a_users_credentials(
    place: AccountRegion, at_once: Callable[[Callable[[], object], Callable[[], object]], None]
) -> None:
    key = {"AccessKeyId": "AKIA1", "Status": "Active", "CreateDate": "2026-01-01T00:00:00+00:00"}
    device = {"SerialNumber": "arn:aws:iam::123456789012:mfa/jane", "EnableDate": "2026-01-01T00:00:00+00:00"}
    at_once(save(place, "iam.user", "keys", of_jane(key)), save(place, "iam.user", "mfa", of_jane(device)))
    jane = IamUser.objects.get(aws_id=JANE)
    assert (jane.key_count, jane.mfa_count) == (1, 1)


@pytest.mark.parametrize("is_new", [True, False])
def test_two_settings_of_an_aws_account(
    place: AccountRegion, at_once: Callable[[Callable[[], object], Callable[[], object]], None], is_new: bool
) -> None:
    who = {"AccountId": "123456789012", "Arn": "arn:aws:iam::123456789012:root"}
    if not is_new:
        save(place, "iam.account", "summary", {**who, "SummaryMap": {"Users": 1}})()
    at_once(
        save(place, "iam.account", "alias", {**who, "AccountAliases": ["acme"]}),
        save(place, "iam.account", "password_policy", {**who, "PasswordPolicy": {"MinimumPasswordLength": 14}}),
    )
    account = IamAccount.objects.get()
    assert (account.alias, account.password_policy) == ("acme", {"MinimumPasswordLength": 14})
    assert account.summary == ({} if is_new else {"Users": 1})


def test_two_members_of_a_group(
    place: AccountRegion, at_once: Callable[[Callable[[], object], Callable[[], object]], None]
) -> None:
    write(IamGroup, [columns(place, timezone.now(), aws_id="AGPA", name="developers")])
    users = dict(IamUser.objects.values_list("aws_id", "pk"))

    def join(user: str) -> Callable[[], object]:
        contents: dict[str, ParsedItem | dict[str, list[str]]] = {user: {"groups": ["developers"]}}
        return lambda: tie_memberships(place, users, contents, timezone.now(), final=True)  # type: ignore[arg-type]

    at_once(join(JANE), join("AIDAJOHN"))
    assert IamGroup.objects.get().member_count == 2
