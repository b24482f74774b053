"""The Regions of an AWS account: found out once a day, and looked in by regional sources."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AwsAccount
from emulator.process import Emulator
from sync import pull, schedule
from sync.aws.client import reader
from sync.aws.errors import AccessDeniedError
from sync.mirror import AccountRegion, Reader, Source, SourcePage, base
from sync.models import Region, Run
from sync.regions import AccountRegions, list_regions, looked_in
from sync.selectors import coverage_of
from tests.services.pulling import pull_all, pulled

REGIONS = AccountRegions.name
NO_ACCOUNT = "User: arn:aws:iam::1:user/x is not authorized to perform: account:ListRegions on resource: *"


def deny_account(emulator: Emulator, *more: dict[str, Any]) -> None:
    denial = {"code": "AccessDeniedException", "status": 403, "message": NO_ACCOUNT}
    emulator.rules([{"action": "ListRegions", "error": denial}, *more])


def test_enabled_regions_are_found(emulator: Emulator, aws_account: AwsAccount) -> None:
    emulator.client("account").enable_region(RegionName="me-south-1")
    pulled(aws_account, source=REGIONS)
    assert len(schedule.enabled_regions(aws_account)) == 18
    bahrain, ireland = Region.objects.get(name="me-south-1"), Region.objects.get(name="eu-west-1")
    assert (bahrain.enabled, bahrain.opt_in, ireland.enabled, ireland.opt_in) == (True, True, True, False)
    assert not Region.objects.get(name="af-south-1").enabled


def test_a_region_that_was_switched_off_is_no_longer_looked_in(emulator: Emulator, aws_account: AwsAccount) -> None:
    emulator.client("account").enable_region(RegionName="me-south-1")
    pulled(aws_account, source=REGIONS)
    emulator.client("account").disable_region(RegionName="me-south-1")
    pulled(aws_account, source=REGIONS)
    assert "me-south-1" not in schedule.enabled_regions(aws_account)


def test_a_region_that_aws_lists_no_longer_is_not_enabled(emulator: Emulator, aws_account: AwsAccount) -> None:
    Region.objects.create(aws_account=aws_account, name="moon-1", enabled=True, checked_at=timezone.now())
    pulled(aws_account, source=REGIONS)
    assert "moon-1" not in schedule.enabled_regions(aws_account)


def test_ec2_is_asked_where_account_management_is_denied(emulator: Emulator, aws_account: AwsAccount) -> None:
    emulator.client("account").enable_region(RegionName="me-south-1")
    by_account = list_regions(reader(aws_account))
    deny_account(emulator)
    emulator.forget_calls()
    by_ec2 = list_regions(reader(aws_account))
    assert [call["service"] for call in emulator.calls("DescribeRegions")] == ["ec2"]
    assert sorted(by_ec2, key=str) == sorted(by_account, key=str)
    assert len(by_ec2) == 29


def test_ec2_is_not_asked_where_account_management_answers(emulator: Emulator, aws_account: AwsAccount) -> None:
    list_regions(reader(aws_account))
    assert emulator.calls("DescribeRegions") == []


def test_where_both_are_denied_the_first_permission_is_named(emulator: Emulator, aws_account: AwsAccount) -> None:
    deny_account(emulator, {"action": "DescribeRegions", "error": {"code": "UnauthorizedOperation", "status": 403}})
    with pytest.raises(AccessDeniedError) as denied:
        list_regions(reader(aws_account))
    assert denied.value.denial.action == "account:ListRegions"


def test_denied_leaves_the_default_region_alone_and_says_so(emulator: Emulator, aws_account: AwsAccount) -> None:
    AwsAccount.objects.filter(pk=aws_account.pk).update(default_region="eu-west-1")
    aws_account.refresh_from_db()
    deny_account(emulator, {"action": "DescribeRegions", "error": {"code": "UnauthorizedOperation", "status": 403}})
    assert pull_all(aws_account, source=REGIONS).state == Run.State.FAILED
    found = looked_in(aws_account)
    assert found.names == ("eu-west-1",)
    assert "eu-west-1 alone" in found.sentence
    assert "account:ListRegions" in found.listing.why


def test_denied_keeps_what_was_known(emulator: Emulator, aws_account: AwsAccount) -> None:
    pulled(aws_account, source=REGIONS)
    deny_account(emulator, {"action": "DescribeRegions", "error": {"code": "UnauthorizedOperation", "status": 403}})
    pull_all(aws_account, source=REGIONS)
    found = looked_in(aws_account)
    assert len(found.names) == 17
    assert found.sentence == "Regional services: looked in 17 Regions."
    assert not found.listing.is_read


def test_it_is_asked_once_a_day(aws_account: AwsAccount) -> None:
    [due] = [due for due in schedule.readable(aws_account) if due.source == REGIONS]
    now = timezone.now()
    assert schedule.take(due, now)
    [due] = [due for due in schedule.readable(aws_account) if due.source == REGIONS]
    assert not schedule.take(due, now + timedelta(hours=23))
    assert schedule.take(due, now + timedelta(hours=27))


class Places(Source):
    """Notes where it was asked to look; knows no objects."""

    name = "test.places"
    title = "Places"
    facet = "details"
    kinds = ()
    regional = True

    def __init__(self) -> None:
        self.looked_in: list[str] = []

    def pages(self, client: Reader, marker: str | None, place: AccountRegion) -> Iterator[SourcePage]:
        identity = client.call("sts", "GetCallerIdentity")
        assert identity["Account"] == place.aws_account.account_id
        self.looked_in.append(place.region)
        yield SourcePage({}, None, timezone.now())


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch) -> Places:
    source = Places()
    monkeypatch.setitem(base.sources, source.name, source)
    return source


def pull_places(aws_account: AwsAccount) -> list[Run]:
    runs = pull.start_all(aws_account=aws_account, trigger=Run.Trigger.COMMAND, wake=False)
    ours = [run for run in runs if run.source == Places.name]
    for run in ours:
        assert pull.finish(run.pk, progress=lambda run: None)
    return ours


def test_a_regional_source_has_a_run_in_each_enabled_region(
    emulator: Emulator, aws_account: AwsAccount, places: Places
) -> None:
    pulled(aws_account, source=REGIONS)
    runs = pull_places(aws_account)
    assert len(runs) == 17
    assert sorted(places.looked_in) == sorted(run.region for run in runs) == schedule.enabled_regions(aws_account)


def test_a_regional_source_looks_in_the_default_region_while_the_others_are_not_known(
    emulator: Emulator, aws_account: AwsAccount, places: Places
) -> None:
    pull_places(aws_account)
    assert places.looked_in == [aws_account.default_region]


def test_sts_of_an_opt_in_region_is_asked_there(emulator: Emulator, aws_account: AwsAccount, places: Places) -> None:
    """The call is signed for that Region: to AWS it would go to the Region's own endpoint."""
    run = pull.start(
        aws_account=aws_account, source=Places.name, region="me-south-1", trigger=Run.Trigger.COMMAND, wake=False
    )
    assert pull.finish(run.pk, progress=lambda run: None)
    assert places.looked_in == ["me-south-1"]


def test_regions_that_were_found_are_looked_in_at_once(
    emulator: Emulator, aws_account: AwsAccount, places: Places
) -> None:
    """A first pull is complete when its sources are, not when the schedule comes round."""
    run = pull.start(aws_account=aws_account, source=REGIONS, trigger=Run.Trigger.OPERATOR, wake=False)
    pull.work(run.pk)
    followed = Run.objects.filter(source=Places.name)
    assert sorted(followed.values_list("region", flat=True)) == schedule.enabled_regions(aws_account)
    assert set(followed.values_list("trigger", flat=True)) == {Run.Trigger.OPERATOR}


def ended(aws_account: AwsAccount, region: str, state: str = "done", **fields: Any) -> None:
    values = {"trigger": "schedule", "finished_at": timezone.now(), **fields}
    Run.objects.create(aws_account=aws_account, source=Places.name, region=region, state=state, **values)


@pytest.fixture
def three_regions(aws_account: AwsAccount) -> tuple[str, ...]:
    names = ("eu-central-1", "eu-west-1", "us-east-1")
    for name in names:
        Region.objects.create(aws_account=aws_account, name=name, enabled=True, checked_at=timezone.now())
    return names


DENIED = {"class": "AccessDeniedError", "sentence": "AWS does not let iam-console-read do that."}
UNSUPPORTED = {"class": "UnsupportedError", "sentence": "AWS has no such service here."}


def test_a_regional_source_is_held_when_it_is_in_each_region(
    aws_account: AwsAccount, places: Places, three_regions: tuple[str, ...]
) -> None:
    assert coverage_of(aws_account, Places.name).state == "never"
    an_hour_ago = timezone.now() - timedelta(hours=1)
    ended(aws_account, "eu-central-1", finished_at=an_hour_ago)
    ended(aws_account, "eu-west-1")
    partly = coverage_of(aws_account, Places.name)
    assert (partly.state, partly.at, partly.why) == ("never", an_hour_ago, "In us-east-1: It was not pulled yet.")
    ended(aws_account, "us-east-1", "failed", error=DENIED)
    assert coverage_of(aws_account, Places.name).why == "In us-east-1: AWS does not let iam-console-read do that."
    ended(aws_account, "us-east-1")
    whole = coverage_of(aws_account, Places.name)
    assert (whole.state, whole.at) == ("read", an_hour_ago)


def test_a_region_without_the_service_lacks_nothing(
    aws_account: AwsAccount, places: Places, three_regions: tuple[str, ...]
) -> None:
    first, *others = three_regions
    for region in others:
        ended(aws_account, region, "failed", error=UNSUPPORTED)
    ended(aws_account, first)
    assert coverage_of(aws_account, Places.name).is_read
    ended(aws_account, first, "failed", error=UNSUPPORTED)
    everywhere = coverage_of(aws_account, Places.name)
    assert (everywhere.state, everywhere.why) == ("unsupported", "AWS has no such service here.")


def test_the_brake_in_one_region_is_told(
    aws_account: AwsAccount, places: Places, three_regions: tuple[str, ...]
) -> None:
    for region in three_regions:
        ended(aws_account, region)
    ended(aws_account, "eu-west-1", error={"class": "Brake", "sentence": "Nothing was marked as gone."})
    braked = coverage_of(aws_account, Places.name)
    assert (braked.state, braked.why) == ("read", "Nothing was marked as gone.")
    assert braked.braked_in == Run.objects.latest("pk").pk
