"""`manage.py read_resources`: for scripts, what the page is for people."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError

from accounts.models import AuditEntry, AwsAccount
from emulator.process import REGION
from resources.models import ResourceReading
from sync.models import Run
from tests.services.commands import output_of

pytestmark = pytest.mark.django_db
ACCOUNT = ("--account", "123456789012")


def test_it_says_what_is_read_and_starts_the_first_pulls(aws_account: AwsAccount) -> None:
    chosen = ("--services", "s3", "sqs", "--regions", REGION, "--calls-an-hour", "500")
    found = json.loads(output_of("read_resources", *ACCOUNT, *chosen, "--json"))
    expected = {"s3": [""], "sqs": [REGION]}
    assert found == {"services": expected, "calls_an_hour": 500, "pulls_started": 3}
    assert ResourceReading.objects.get().services == expected
    assert set(Run.objects.values_list("trigger", flat=True)) == {"command"}
    assert AuditEntry.objects.get(verb="resources.reading_changed").actor_name == "command line"
    again = json.loads(output_of("read_resources", *ACCOUNT, "--json"))
    assert again == {"services": expected, "calls_an_hour": 500, "pulls_started": 0}
    assert "SQS queues" in output_of("read_resources", *ACCOUNT)


def test_all_of_them_and_none(aws_account: AwsAccount) -> None:
    output_of("read_resources", *ACCOUNT, "--services", "all", "--regions", REGION)
    assert len(ResourceReading.objects.get().services) == 17
    assert "none" in output_of("read_resources", *ACCOUNT, "--services")
    assert ResourceReading.objects.get().services == {}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--account", "999999999999", "--services", "s3"), "isn’t connected"),
        ((*ACCOUNT, "--services", "sqs"), "Say in which Regions"),
        ((*ACCOUNT, "--services", "sqs", "--regions", "eu-moon-1"), "eu-moon-1"),
        ((*ACCOUNT, "--services", "s3", "--calls-an-hour", "3"), "give a number from"),
        ((*ACCOUNT, "--services", "moon"), "invalid choice"),
    ],
)
def test_what_makes_no_sense_is_refused(aws_account: AwsAccount, options: tuple[str, ...], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        output_of("read_resources", *options)
    assert not ResourceReading.objects.exists()
