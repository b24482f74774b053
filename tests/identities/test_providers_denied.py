"""Providers that AWS lists and doesn't let the console read: theirs is not read, and the others are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AwsAccount
from emulator.process import Emulator
from identities.models import OidcProvider
from sync.models import Facet, Revision, Run
from sync.selectors import coverage_of
from tests.services.credentials import at_that_time
from tests.services.pulling import pull_all, pulled

pytestmark = pytest.mark.django_db

SOURCE = "iam.oidc_providers"
GET = "GetOpenIDConnectProvider"
NAMES = ["a.example.org", "b.example.org", "c.example.org"]


@pytest.fixture
def iam(emulator: Emulator, aws_account: AwsAccount) -> Any:
    client = emulator.own_client("iam")
    for name in NAMES:
        client.create_open_id_connect_provider(Url=f"https://{name}", ClientIDList=["x"])
    return client


def arn(name: str) -> str:
    return f"arn:aws:iam::123456789012:oidc-provider/{name}"


def deny(emulator: Emulator, number: int, code: str = "AccessDenied", status: int = 403, count: int = 1) -> None:
    """Of the providers in their order, those from that number on."""
    passed = [{"action": GET, "times": number}] if number else []
    emulator.rules(
        [*passed, {"action": GET, "times": count, "error": {"code": code, "status": status, "message": "no"}}]
    )


def held() -> dict[str, str]:
    """How the facet is held, by the provider's name."""
    names = dict(OidcProvider.objects.values_list("aws_id", "name"))
    return {names[facet.object_id]: facet.coverage for facet in Facet.objects.filter(kind="iam.oidc_provider")}


def said(run: Run) -> str:
    return " ".join(line["line"] for line in run.log)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_one_that_is_denied_leaves_the_others(
    iam: Any, aws_account: AwsAccount, emulator: Emulator, number: int
) -> None:
    pulled(aws_account, source=SOURCE)
    iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=arn(NAMES[number - 1]), ClientID="y")
    deny(emulator, number)
    run = pulled(aws_account, source=SOURCE)
    assert (run.changed, run.gone, coverage_of(aws_account, SOURCE).state) == (1, 0, "read")
    assert held() == {name: "denied" if name == NAMES[number] else "read" for name in NAMES}
    assert f"iam:{GET}" in Facet.objects.get(coverage="denied").coverage_why
    assert f"Not read: {arn(NAMES[number])}." in said(run)


def test_it_is_never_taken_for_gone(iam: Any, aws_account: AwsAccount, emulator: Emulator) -> None:
    pulled(aws_account, source=SOURCE)
    for _ in range(3):
        deny(emulator, 1)
        assert pulled(aws_account, source=SOURCE).gone == 0
    assert OidcProvider.objects.live().count() == 3
    assert OidcProvider.objects.get(name=NAMES[1]).client_ids == ["x"]


def test_held_again_it_has_no_new_revision(iam: Any, aws_account: AwsAccount, emulator: Emulator) -> None:
    pulled(aws_account, source=SOURCE)
    deny(emulator, 1)
    pulled(aws_account, source=SOURCE)
    assert pulled(aws_account, source=SOURCE).changed == 0
    assert set(held().values()) == {"read"}
    assert Revision.objects.count() == 3


def test_one_never_read_is_named_without_a_row(iam: Any, aws_account: AwsAccount, emulator: Emulator) -> None:
    deny(emulator, 1)
    run = pulled(aws_account, source=SOURCE)
    assert (run.seen, sorted(held())) == (2, [NAMES[0], NAMES[2]])
    assert f"Not read: {arn(NAMES[1])}." in said(run)
    assert f"iam:{GET}" in said(run)


def origins() -> dict[str, str]:
    names = dict(OidcProvider.objects.values_list("aws_id", "name"))
    return {names[one.facet.object_id]: one.origin for one in Revision.objects.select_related("facet")}


def test_one_denied_from_the_first_listing_is_an_import_at_last(
    iam: Any, aws_account: AwsAccount, emulator: Emulator
) -> None:
    at_that_time(iam, timezone.now() - timedelta(minutes=5))
    iam.create_open_id_connect_provider(Url="https://denied.example.org")
    deny(emulator, 3)
    pulled(aws_account, source=SOURCE)
    at_that_time(iam, timezone.now() + timedelta(minutes=1))
    iam.create_open_id_connect_provider(Url="https://later.example.org")
    pulled(aws_account, source=SOURCE)
    assert origins() == dict.fromkeys([*NAMES, "denied.example.org"], "import") | {"later.example.org": "outside"}


def test_one_that_is_deleted_and_one_that_is_denied(iam: Any, aws_account: AwsAccount, emulator: Emulator) -> None:
    """The one vanishes between the listing and its own read."""
    pulled(aws_account, source=SOURCE)
    emulator.rules(
        [
            {"action": GET, "times": 1, "error": {"code": "NoSuchEntity", "status": 404, "message": "gone"}},
            {"action": GET, "times": 1, "error": {"code": "AccessDenied", "status": 403, "message": "no"}},
        ]
    )
    run = pulled(aws_account, source=SOURCE)
    assert run.state == Run.State.DONE
    assert held() == {NAMES[0]: "read", NAMES[1]: "denied", NAMES[2]: "read"}


def test_deleted_while_it_is_denied_it_goes(iam: Any, aws_account: AwsAccount, emulator: Emulator) -> None:
    pulled(aws_account, source=SOURCE)
    deny(emulator, 1)
    pulled(aws_account, source=SOURCE)
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn(NAMES[1]))
    assert pulled(aws_account, source=SOURCE).gone == 1
    assert [row.name for row in OidcProvider.objects.live().order_by("name")] == [NAMES[0], NAMES[2]]


def test_one_that_aws_doesnt_understand_leaves_the_others(
    iam: Any, aws_account: AwsAccount, emulator: Emulator
) -> None:
    pulled(aws_account, source=SOURCE)
    deny(emulator, 1, code="ValidationError", status=400)
    pulled(aws_account, source=SOURCE)
    assert held() == {NAMES[0]: "read", NAMES[1]: "unsupported", NAMES[2]: "read"}


def test_on_a_later_page_all_may_be_denied(iam: Any, aws_account: AwsAccount, emulator: Emulator) -> None:
    for number in range(9):
        iam.create_open_id_connect_provider(Url=f"https://d{number}.example.org")
    pulled(aws_account, source=SOURCE)
    deny(emulator, 10, count=2)
    run = pulled(aws_account, source=SOURCE)
    assert (run.seen, run.gone, list(held().values()).count("denied")) == (12, 0, 2)


def test_all_denied_is_a_source_that_is_not_read(iam: Any, aws_account: AwsAccount, emulator: Emulator) -> None:
    pulled(aws_account, source=SOURCE)
    deny(emulator, 0, count=3)
    assert pull_all(aws_account, source=SOURCE).state == Run.State.FAILED
    assert coverage_of(aws_account, SOURCE).state == "denied"
    assert OidcProvider.objects.live().count() == 3
