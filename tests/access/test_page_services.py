"""Effective access by service: every service and every action can be got at by an address."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from access.views import service_rows
from accounts.models import AwsAccount, Operator
from tests.access.mirrored import user
from tests.services.pages import get, text_of
from tests.services.statements import allow, deny

pytestmark = pytest.mark.django_db
Shown = Callable[[str], str]
FIVE = ["s3:Get*", "sqs:SendMessage", "sns:Publish", "kms:Decrypt", "ec2:StartInstances"]


def words(html: str) -> str:
    return " ".join(text_of(html).split())


@pytest.fixture
def shown(alone: AwsAccount, bob: Operator, client_of: Callable[..., Client]) -> Shown:
    dana = user(alone, "dana", *(allow(action) for action in FIVE))
    client = client_of(bob)
    return lambda query: words(get(client, "user_access", query, aws_id=dana.aws_id)).partition("Access by service")[2]


def test_services_go_on_over_pages(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_rows, "MOST_ROWS", 2)
    pages = [shown(f"?services={number}") for number in (1, 2, 3)]
    assert "1 to 2 of 5" in pages[0]
    assert "5 to 5 of 5" in pages[2]
    assert all("5 services, according" in page for page in pages)
    for name in ("Amazon S3", "Amazon SQS", "Amazon SNS", "AWS Key Management Service", "Amazon EC2"):
        assert sum(name in page for page in pages) == 1
    assert "5 to 5 of 5" in shown("?services=99")


def test_a_service_is_found_by_words_and_by_its_prefix(shown: Shown) -> None:
    assert "Amazon SNS" not in shown("?service=simple+storage+or+s3")
    assert "Amazon SNS" not in shown("?service=key+manag")
    assert "AWS Key Management Service" in shown("?service=key+manag")
    assert "It has no access to a service that is called so: route 53." in shown("?service=route+53")
    assert "All 5 services" in shown("?service=kms")


def test_all_actions_of_a_service_have_an_address(shown: Shown) -> None:
    first = shown("")
    assert "GetBucketVersioning" not in first
    assert " more on *" in first
    whole = shown("?service=s3")
    assert "GetBucketVersioning" in whole
    assert " more on " not in whole


def test_paging_asks_nothing_and_a_question_stays(
    alone: AwsAccount, bob: Operator, client_of: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_rows, "MOST_ROWS", 1)
    dana = user(alone, "dana", allow(["sqs:SendMessage"]), allow("sns:Publish", "arn:aws:sns:eu-west-1:123456789012:x"))
    client = client_of(bob)
    assert "This field is required" not in get(client, "user_access", "?services=2", aws_id=dana.aws_id)
    asked = "?action=sqs:SendMessage&resource=*"
    html = get(client, "user_access", asked, aws_id=dana.aws_id)
    assert "?action=sqs%3ASendMessage&amp;resource=%2A&amp;services=2#services" in html


def test_what_is_said_of_many_services_is_so_of_each(
    alone: AwsAccount, bob: Operator, client_of: Callable[..., Client]
) -> None:
    """Where some levels are whole and others aren't, none is called all levels."""
    sends = ["firehose:PutRecord", "ecs:RunTask", "rds:StartDBInstance", "athena:StopQueryExecution", "batch:SubmitJob"]
    dana = user(alone, "dana", allow("*"), deny(sends, Condition={"Bool": {"aws:SecureTransport": "false"}}))
    client = client_of(bob)
    text = words(get(client, "user_access", aws_id=dana.aws_id))
    assert "Full List, Read, Permissions management, Tagging Limited Write" in text
    assert "Full all levels Limited all levels" not in text
