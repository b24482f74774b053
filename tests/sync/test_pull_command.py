"""`manage.py pull`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError

from accounts.models import AwsAccount
from emulator.process import Emulator
from identities.models import IamUser
from sync.mirror import sources
from sync.schedule import regions_of
from tests.services.commands import output_of
from tests.services.pulling import seed
from tests.services.workers import Worker


@pytest.mark.django_db
def test_it_pulls_here_and_now(emulator: Emulator, aws_account: AwsAccount) -> None:
    seed(emulator)
    said = output_of("pull", "--account", aws_account.account_id, "--source", "iam.details")
    assert "5 objects of about 4" in said
    assert "Complete: 5 seen, 5 new, 0 changed, 0 gone." in said
    assert IamUser.objects.count() == 1


@pytest.mark.django_db
def test_as_json(emulator: Emulator, aws_account: AwsAccount) -> None:
    seed(emulator)
    (found,) = json.loads(output_of("pull", "--json", "--source", "iam.details"))
    assert (found["aws_account"], found["state"], found["seen"]) == (aws_account.account_id, "done", 5)


@pytest.mark.django_db
def test_without_a_name_all_sources_are_read_each_after_what_it_builds_on(
    emulator: Emulator, aws_account: AwsAccount
) -> None:
    seed(emulator)
    found = [each["source"] for each in json.loads(output_of("pull", "--json"))]
    on = {name for name, source in sources.items() if regions_of(aws_account, source)}
    assert set(found) == {name for name in on if sources[name].serves(aws_account)}
    assert all(found.index(before) < found.index(name) for name in found for before in sources[name].after)


@pytest.mark.django_db
def test_a_source_that_does_not_exist(aws_account: AwsAccount) -> None:
    with pytest.raises(CommandError, match="There is no source"):
        output_of("pull", "--source", "iam.details", "iam.nothing")


@pytest.mark.django_db
def test_a_failed_pull_is_a_failed_command(emulator: Emulator, aws_account: AwsAccount, settings: Any) -> None:
    settings.AWS_EMULATOR_URL = "http://127.0.0.1:1"
    with pytest.raises(CommandError, match="could not be reached"):
        output_of("pull")


@pytest.mark.django_db
def test_an_aws_account_that_is_not_connected() -> None:
    with pytest.raises(CommandError, match="The AWS account 999999999999 isn't connected"):
        output_of("pull", "--account", "999999999999")


@pytest.mark.stack
@pytest.mark.django_db(transaction=True)
def test_it_waits_for_a_worker(emulator: Emulator, aws_account: AwsAccount, worker: Callable[..., Worker]) -> None:
    seed(emulator)
    worker()
    assert "Complete: 5 seen" in output_of("pull", "--wait", "--source", "iam.details")
