"""Delegation requests in the mirror, and their pages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from accounts.models import AwsAccount
from emulator.clock import DATE_HEADER
from emulator.process import Emulator
from identities.models import DelegationRequest
from sync.mirror import mirror_of
from sync.selectors import coverage_of
from tests.services.delegation import request_access
from tests.services.pages import get, names_in, text_of
from tests.services.pulling import pull_all, pulled, revisions

pytestmark = pytest.mark.django_db

SOURCE = "iam.delegation_requests"


@pytest.fixture
def request_id(iam: Any, aws_account: AwsAccount) -> str:
    """Taken up, and mirrored."""
    made = request_access(iam)
    pulled(aws_account, source=SOURCE)
    return made


def words_of(row: DelegationRequest) -> list[str]:
    """What became of it since it was first seen."""
    first, last = revisions(row)[0], revisions(row)[-1]
    return [each.words for each in mirror_of(row.kind).differences(first.content, last.content)]


def test_who_asks_and_for_what(request_id: str) -> None:
    row = DelegationRequest.objects.get()
    assert (row.aws_id, row.state, row.name) == (request_id, "ASSIGNED", "Lumen Observability")
    assert row.arn == f"arn:aws:iam::123456789012:delegation-request/{request_id}"
    assert (row.settings["description"], row.settings["session_s"]) == ("Sends metrics to Lumen.", 3600)
    assert row.document is not None
    [statement] = json.loads(row.document.text)["Statement"]
    assert statement["Resource"][0] == "arn:aws:cloudwatch:*:*:metric-stream/acme"
    assert row.expires_at is not None
    assert row.created_at is not None
    assert (row.expires_at - row.created_at).days == 7


def test_one_that_nobody_took_up_is_not_told(iam: Any, aws_account: AwsAccount) -> None:
    request_access(iam, taken_up=False)
    assert pulled(aws_account, source=SOURCE).new == 0


def test_all_pages_are_read(iam: Any, aws_account: AwsAccount, settings: Any) -> None:
    settings.PULL_PAGE_ITEMS = 2
    for number in range(5):
        request_access(iam, f"workflow-{number}")
    assert pulled(aws_account, source=SOURCE).new == 5


def test_a_pull_without_a_change_changes_nothing(request_id: str, aws_account: AwsAccount) -> None:
    run = pulled(aws_account, source=SOURCE)
    assert (run.new, run.changed, run.gone) == (0, 0, 0)
    assert len(revisions(DelegationRequest.objects.get())) == 1


def test_what_became_of_it_is_drift_in_words(iam: Any, aws_account: AwsAccount, request_id: str) -> None:
    iam.accept_delegation_request(DelegationRequestId=request_id)
    assert pulled(aws_account, source=SOURCE).changed == 1
    row = DelegationRequest.objects.get()
    assert [revision.origin for revision in revisions(row)] == ["import", "outside"]
    assert words_of(row) == [
        "accepted, not in use yet, before: waits for an answer",
        "accepted by arn:aws:iam::123456789012:user/emulator",
    ]


def test_that_its_time_is_over_is_of_aws_making(emulator: Emulator, aws_account: AwsAccount) -> None:
    dated = emulator.own_client("iam")
    dated.meta.events.register("before-send", _long_ago)
    request_id = request_access(dated)
    pulled(aws_account, source=SOURCE)
    assert DelegationRequest.objects.get().state == "EXPIRED"
    row = DelegationRequest.objects.get()
    assert mirror_of(row.kind).is_rewritten({"state": "ASSIGNED"}, row.settings)
    assert row.aws_id == request_id


def _long_ago(request: Any, **_: Any) -> None:
    request.headers[DATE_HEADER] = "2020-01-01T00:00:00+00:00"


def test_one_that_aws_no_longer_knows_is_gone(request_id: str, emulator: Emulator, aws_account: AwsAccount) -> None:
    emulator.reset()
    assert pulled(aws_account, source=SOURCE).gone == 1
    assert DelegationRequest.objects.get().gone_at is not None


def test_what_is_denied_is_not_read_and_stays(request_id: str, emulator: Emulator, aws_account: AwsAccount) -> None:
    denied = {"code": "AccessDenied", "status": 403, "message": "no"}
    emulator.rules([{"action": "ListDelegationRequests", "when": "before", "error": denied}])
    pull_all(aws_account, source=SOURCE)
    assert "iam:ListDelegationRequests" in coverage_of(aws_account, SOURCE).why
    assert DelegationRequest.objects.get().gone_at is None


# ---- Pages ---------------------------------------------------------------------------------------------------
def test_the_list_by_state(request_id: str, iam: Any, aws_account: AwsAccount, bobs: Client) -> None:
    other = request_access(iam, "workflow-2")
    iam.reject_delegation_request(DelegationRequestId=other)
    pulled(aws_account, source=SOURCE)
    assert "Lumen Observability Waits for an answer Sends metrics to Lumen. 210987654321" in text_of(
        get(bobs, "delegation_requests")
    )
    assert names_in(get(bobs, "delegation_requests")) == ["Lumen Observability"] * 2
    assert names_in(get(bobs, "delegation_requests", "?state=open")) == ["Lumen Observability"]
    assert "Rejected" in text_of(get(bobs, "delegation_requests", "?state=rejected"))


def test_the_page_says_what_is_asked_for(request_id: str, bobs: Client) -> None:
    text = text_of(get(bobs, "delegation_request", aws_id=request_id))
    assert "Lumen Observability, AWS account 210987654321" in text
    assert "Access lasts 1 h, once it is given" in text
    assert "cloudwatch:PutMetricStream" in text


def test_one_that_asks_for_nothing(aws_account: AwsAccount, request_id: str, bobs: Client) -> None:
    DelegationRequest.objects.update(document=None)
    text = text_of(get(bobs, "delegation_request", aws_id=request_id))
    assert "AWS doesn’t say what it asks for" in text


def test_the_sidebar_and_search_lead_there(request_id: str, bobs: Client) -> None:
    assert "Delegation requests" in text_of(get(bobs, "delegation_requests"))
    assert "Lumen Observability" in bobs.get("/search/", {"q": "Lumen"}).content.decode()
