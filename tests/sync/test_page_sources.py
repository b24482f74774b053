"""The page of pulls: how each source stands, how long its pulls took, which one is read now."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from sync.models import Region, Run, Schedule
from sync.source_status import CHARTED, PastRun, source_statuses
from sync.views.source_status import HEIGHT, LOWEST, chart_of, rate_words, time_left
from tests.services.pages import BY_HTMX

ClientOf = Callable[..., Client]
pytestmark = pytest.mark.django_db


def run_of(aws_account: AwsAccount, source: str = "iam.details", state: str = "done", **fields: Any) -> Run:
    """One that took ten seconds, or has taken them so far."""
    now = timezone.now()
    ended = None if state in Run.ACTIVE else now
    values = {"finished_at": ended, "trigger": "operator", **fields}
    values.setdefault("started_at", (values["finished_at"] or now) - timedelta(seconds=10))
    return Run.objects.create(aws_account=aws_account, source=source, state=state, **values)


def page(client: Client, aws_account: AwsAccount, query: str = "") -> str:
    url = reverse("pulls", kwargs={"account_id": aws_account.account_id})
    return client.get(url + query).content.decode()


def sources_of(text: str) -> str:
    """That part of the page."""
    return text.partition('id="sources"')[2].partition("</section>")[0]


def line_of(text: str, title: str) -> str:
    """A source's line of the page, without its markup."""
    lines = [re.sub(r"<[^>]+>|\s+", " ", line) for line in sources_of(text).split("<li>")]
    [found] = [re.sub(r" +", " ", line) for line in lines if line.strip().startswith(f"{title} ")]
    return found


KEYS_DENIED = {
    "class": "AccessDeniedError",
    "sentence": "AWS does not let iam-console-read do iam:ListAccessKeys on *.",
}


def test_says_of_each_source_how_old_it_is_and_what_comes_next(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    AwsAccount.objects.update(pull_every_minutes=60)
    run_of(aws_account, finished_at=timezone.now() - timedelta(minutes=20))
    Schedule.objects.create(
        aws_account=aws_account, source="iam.details", next_at=timezone.now() + timedelta(minutes=40, seconds=30)
    )
    line = line_of(page(client_of(erin), aws_account, "?sources=all"), "Users, groups, roles and policies")
    assert "As of 20 min ago · took 10.0 s · next in 40 min" in line


def test_what_was_denied_is_not_read_and_comes_first(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    run_of(aws_account)
    run_of(aws_account, "iam.keys", "failed", error=KEYS_DENIED)
    text = page(client_of(erin), aws_account, "?sources=all")
    assert "Not read. AWS does not let iam-console-read do iam:ListAccessKeys" in line_of(text, "Access keys")
    assert text.index(">Access keys<") < text.index(">Users, groups, roles and policies<")


def test_what_is_out_of_date_is_as_old_as_its_last_complete_pull(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    run_of(aws_account)
    run_of(aws_account, "iam.keys", finished_at=timezone.now() - timedelta(hours=3))
    run_of(aws_account, "iam.keys", "failed", error=KEYS_DENIED)
    line = line_of(page(client_of(erin), aws_account), "Access keys")
    assert "Not up to date, as of 3 h ago . AWS does not let" in line


def test_sources_that_are_well_are_folded_away(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    run_of(aws_account, finished_at=timezone.now() - timedelta(minutes=20))
    run_of(aws_account, "iam.keys", "failed", error=KEYS_DENIED)
    run_of(aws_account, "iam.mfa", "running")
    client = client_of(bob)
    folded, whole = page(client, aws_account), page(client, aws_account, "?sources=all")
    assert sources_of(folded).count("<li>") == 2
    assert sources_of(whole).count("<li>") > 20
    assert "sources=all" in sources_of(folded) and "Show fewer" in sources_of(whole)
    assert "&amp;sources=all" in whole  # what is polled for stays as it is


def test_a_held_brake_shows_there_and_on_the_overview(
    aws_account: AwsAccount, bob: Operator, client_of: ClientOf
) -> None:
    """What such a pull did not see still shows, so the mirror isn't what AWS has: nobody has to look for that."""
    run_of(aws_account)
    sentence = "Nothing was marked as gone: 35 of 39 IAM users would be."
    braked = run_of(aws_account, error={"class": "Brake", "sentence": sentence})
    client = client_of(bob)
    line = line_of(page(client, aws_account), "Users, groups, roles and policies")
    assert f"Held by the brake , as of just now . {sentence}" in line
    overview = client.get(reverse("overview", kwargs={"account_id": aws_account.account_id})).content.decode()
    assert "The brake holds a pull: Users, groups, roles and policies" in overview
    assert f"/pulls/{braked.pk}/" in overview
    run_of(aws_account)
    assert sources_of(page(client, aws_account)).count("<li>") == 0


def test_what_waits_for_another_source_says_so(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    line = line_of(page(client_of(erin), aws_account, "?sources=all"), "Access keys")
    assert "it waits for Users, groups, roles and policies" in line
    assert "Pull now" not in line


def test_what_is_read_now_shows_how_far_it_is(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    run_of(aws_account, state="running", seen=100, expected=700)
    client = client_of(bob)
    text = page(client, aws_account)
    line = line_of(text, "Users, groups, roles and policies")
    assert re.search(r"Reading: 100 of about 700 · \d+(\.\d)? objects/s · about 1 min left", line)
    assert 'hx-trigger="every 3s"' in text
    seen = re.search(r"seen=(\w+)", text)
    url = reverse("pulls_sources", kwargs={"account_id": aws_account.account_id})
    assert seen is not None and client.get(f"{url}?seen={seen[1]}", headers=BY_HTMX).status_code == 204
    Run.objects.update(seen=200)
    assert client.get(f"{url}?seen={seen[1]}", headers=BY_HTMX).status_code == 200
    Run.objects.update(state="done", finished_at=timezone.now())
    assert client.get(f"{url}?seen={seen[1]}", headers=BY_HTMX).status_code == 286


def test_a_viewer_starts_nothing(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    run_of(aws_account)
    assert "Pull now" not in sources_of(page(client_of(bob), aws_account, "?sources=all"))


def test_the_list_can_be_of_one_source(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    run_of(aws_account)
    keys = run_of(aws_account, "iam.keys")
    text = page(client_of(bob), aws_account, "?source=iam.keys")
    assert sources_of(text).count("<li>") == 1
    rows = text.partition("<tbody")[2]
    assert re.findall(r"Pull (\d+)<", rows) == [str(keys.pk)]
    assert "has no value “iam.nothing”" in page(client_of(bob), aws_account, "?source=iam.nothing")


def test_refreshes_of_one_object_are_no_pull_of_a_source(aws_account: AwsAccount) -> None:
    run_of(aws_account, Run.OBJECT, object_kind="iam.user", object_id="AIDA1")
    assert all(status.coverage.state == "never" and not status.past for status in source_statuses(aws_account))


def test_an_imported_aws_account_has_no_sources(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    AwsAccount.objects.update(connection=AwsAccount.Connection.SNAPSHOT)
    assert 'id="sources"' not in page(client_of(bob), aws_account)


# ---- The chart -----------------------------------------------------------------------------------------------


def past(*seconds: float, state: str = "done") -> list[PastRun]:
    return [PastRun(number, state, timedelta(seconds=each), 10) for number, each in enumerate(seconds)]


def test_a_bar_is_as_high_as_its_pull_was_long() -> None:
    chart = chart_of(past(2, 4, 0))
    assert chart is not None
    assert [bar.height for bar in chart.bars] == [HEIGHT // 2, HEIGHT, LOWEST]
    assert [bar.y + bar.height for bar in chart.bars] == [HEIGHT] * 3
    assert chart.bars[-1].x + chart.bar == chart.width


def test_the_chart_says_it_in_words() -> None:
    chart = chart_of([*past(2, 4), *past(1, state="failed")])
    assert chart is not None and chart.words == "3 pulls: 2.0 s to 4.0 s, the last complete one 4.0 s, 1 failed."
    failed = chart_of(past(1, state="failed"))
    assert failed is not None and failed.words == "None of the last 1 pull was complete."
    assert chart_of([]) is None


def test_the_page_shows_the_last_ones_the_newest_at_the_right(
    aws_account: AwsAccount, bob: Operator, client_of: ClientOf
) -> None:
    for number in range(CHARTED + 3):
        now = timezone.now()
        run_of(aws_account, started_at=now - timedelta(seconds=number + 1), finished_at=now)
    text = sources_of(page(client_of(bob), aws_account, "?sources=all"))
    words = f"{CHARTED} pulls: 4.0 s to {CHARTED + 3}.0 s, the last complete one {CHARTED + 3}.0 s."
    assert text.count('class="bar-done"') == CHARTED
    assert f"<title>{words}</title>" in text


# ---- Speed ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seen", "expected", "seconds", "said"),
    [
        (50, 700, 10, ("5.0 objects/s", "about 2 min left")),
        (12_000, 63_000, 10, ("1,200 objects/s", "less than a minute left")),
        (10, 100_000, 10, ("1.0 objects/s", "about 28 h left")),
        (50, None, 10, ("5.0 objects/s", "")),
        (80, 70, 10, ("8.0 objects/s", "")),
        (0, 70, 10, ("", "")),
        (50, 70, 1, ("", "")),
    ],
)
def test_how_fast_and_how_long(seen: int, expected: int | None, seconds: int, said: tuple[str, str]) -> None:
    now = timezone.now()
    run = Run(state="running", seen=seen, expected=expected, started_at=now - timedelta(seconds=seconds))
    assert (rate_words(run, now), time_left(run, now)) == said


REGIONS = ("eu-central-1", "eu-west-1", "us-east-1")


@pytest.fixture
def three_regions(aws_account: AwsAccount) -> None:
    for name in REGIONS:
        Region.objects.create(aws_account=aws_account, name=name, enabled=True, checked_at=timezone.now())


def lines_of(text: str, title: str) -> list[str]:
    return [line for line in sources_of(text).split("<li>") if f">{title}</a>" in line]


def test_regions_in_which_a_source_stands_alike_are_one_line(
    aws_account: AwsAccount, three_regions: None, erin: Operator, client_of: ClientOf
) -> None:
    """An AWS account has some twenty, and there are a dozen such sources."""
    client = client_of(erin)
    [line] = lines_of(page(client, aws_account, "?sources=all"), "User pools")
    assert "in 3 Regions" in line and "It was not pulled yet." in line
    run_of(aws_account, "cognito.pools", region="eu-west-1")
    run_of(aws_account, "cognito.pools", region="us-east-1", finished_at=timezone.now() - timedelta(minutes=5))
    run_of(aws_account, "cognito.pools", "queued", region="eu-central-1")
    waiting, read = lines_of(page(client, aws_account, "?sources=all"), "User pools")
    assert "eu-central-1" in waiting and "Waits for a worker" in waiting
    assert "in 2 Regions" in read and "The oldest as of" in read and ">5 min ago<" in read
    assert "Pull now" not in read and "?source=cognito.pools" in read


def test_what_is_denied_in_every_region_is_one_line(
    aws_account: AwsAccount, three_regions: None, bob: Operator, client_of: ClientOf
) -> None:
    for region in REGIONS:
        run_of(aws_account, "cognito.pools", "failed", region=region, error=KEYS_DENIED)
    client = client_of(bob)
    text = page(client, aws_account)
    [line] = lines_of(text, "User pools")
    assert "in 3 Regions" in line and "Not read." in line
    overview = client.get(reverse("overview", kwargs={"account_id": aws_account.account_id})).content.decode()
    assert "The last pull failed: User pools" in overview and "User pools, User pools" not in overview


def test_one_source_shows_each_of_its_regions(
    aws_account: AwsAccount, three_regions: None, erin: Operator, client_of: ClientOf
) -> None:
    text = page(client_of(erin), aws_account, "?source=cognito.pools")
    lines = lines_of(text, "User pools")
    assert [region for line, region in zip(lines, REGIONS, strict=True) if region in line] == list(REGIONS)
    assert all(f": User pools in {region}</span>" in line for line, region in zip(lines, REGIONS, strict=True))


def test_a_region_waits_for_what_is_read_there(
    aws_account: AwsAccount, three_regions: None, bob: Operator, client_of: ClientOf
) -> None:
    run_of(aws_account, "cognito.pools", region="eu-west-1")
    waits = {line.region: line.waits_for for line in source_statuses(aws_account, only="cognito.groups")}
    assert waits == {"eu-central-1": ["User pools"], "eu-west-1": [], "us-east-1": ["User pools"]}
