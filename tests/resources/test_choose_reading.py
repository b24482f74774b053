"""Owners choose which resources are read: by service and Region, or all at once; others can't."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, AwsAccount, Operator
from emulator.process import REGION
from resources.models import ResourceReading
from resources.reading import change_reading, is_on
from resources.table import SERVICES
from sync.models import Region, Run
from sync.schedule import readable

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(aws_account: AwsAccount) -> str:
    for name in (REGION, "eu-west-1"):
        Region.objects.create(
            aws_account=aws_account, name=name, enabled=True, opt_in=False, checked_at="2026-11-01T00:00Z"
        )
    return reverse("resource_reading", kwargs={"account_id": aws_account.account_id})


def sources_on(aws_account: AwsAccount) -> set[tuple[str, str]]:
    names = {kind.source for service in SERVICES.values() for kind in service.kinds}
    return {(due.source, due.region) for due in readable(aws_account) if due.source in names}


def test_nothing_is_read_until_somebody_says_so(aws_account: AwsAccount) -> None:
    assert sources_on(aws_account) == set()


def test_an_owner_switches_some_on(alices: Client, url: str, aws_account: AwsAccount) -> None:
    answer = alices.post(url, {"action": "save", "s3": "on", "sqs": ["eu-west-1"], "calls_an_hour": "500"}, follow=True)
    assert "The first pull of what is new has begun" in answer.content.decode()
    reading = ResourceReading.objects.get()
    assert (reading.services, reading.calls_an_hour) == ({"s3": [""], "sqs": ["eu-west-1"]}, 500)
    on = {("s3.buckets", ""), ("s3.accounts", ""), ("sqs.queues", "eu-west-1")}
    assert sources_on(aws_account) == on
    assert set(Run.objects.values_list("source", "region")) == on
    entry = AuditEntry.objects.get(verb="resources.reading_changed")
    assert "SQS queues in eu-west-1" in str(entry.data["changes"])


def test_what_is_switched_off_is_pulled_no_more(alices: Client, url: str, aws_account: AwsAccount) -> None:
    alices.post(url, {"action": "save", "s3": "on", "sqs": [REGION], "calls_an_hour": "500"})
    alices.post(url, {"action": "save", "sqs": [REGION], "calls_an_hour": "500"})
    assert sources_on(aws_account) == {("sqs.queues", REGION)}


def test_all_of_them_at_once(alices: Client, url: str, aws_account: AwsAccount) -> None:
    alices.post(url, {"action": "everywhere", "everywhere": [REGION]})
    assert all(is_on(aws_account, name, REGION if each.regional else "") for name, each in SERVICES.items())
    assert not is_on(aws_account, "sqs", "eu-west-1")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"sqs": ["eu-moon-1"], "calls_an_hour": "500"}, "eu-moon-1 is not one of the available choices"),
        ({"sqs": [REGION], "calls_an_hour": "5"}, "greater than or equal to 100"),
        ({"sqs": [REGION], "calls_an_hour": "many"}, "Enter a whole number"),
        ({"action": "everywhere"}, "Choose at least one Region"),
    ],
)
def test_what_makes_no_sense_is_said_beside_the_field(
    alices: Client, url: str, data: dict[str, Any], said: str
) -> None:
    answer = alices.post(url, {"action": "save", **data})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not ResourceReading.objects.exists()


def test_what_was_typed_is_kept(alices: Client, url: str) -> None:
    text = alices.post(url, {"action": "save", "sqs": [REGION], "calls_an_hour": "many"}).content.decode()
    assert 'value="many"' in text
    assert (
        f'name="sqs" value="{REGION}" class="form-check-input" id="id_sqs_0" checked' in " ".join(text.split())
        or "checked" in text
    )


def test_others_may_not(bobs: Client, url: str, aws_account: AwsAccount) -> None:
    assert bobs.get(url).status_code == 403
    assert bobs.post(url, {"action": "everywhere", "everywhere": [REGION]}).status_code == 403
    listed = bobs.get(reverse("resources", kwargs={"account_id": aws_account.account_id})).content.decode()
    assert "Owners choose which are read" in listed
    assert url not in listed


def test_the_service_refuses_what_the_form_would(aws_account: AwsAccount, alice: Operator) -> None:
    for services, calls in (({"sqs": ["eu-moon-1"]}, 500), ({"ec2": [REGION]}, 500), ({"s3": [REGION]}, 500), ({}, 1)):
        with pytest.raises(ValidationError):
            change_reading(aws_account=aws_account, services=services, calls_an_hour=calls, actor=alice)


def test_an_imported_aws_account_reads_nothing(alices: Client, url: str, aws_account: AwsAccount) -> None:
    AwsAccount.objects.update(connection=AwsAccount.Connection.SNAPSHOT)
    assert alices.get(url).status_code == 403
