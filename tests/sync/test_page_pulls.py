"""Pulls: the list, one pull with its progress, pull now, stop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from sync import pull_groups
from sync.mirror import sources
from sync.models import Run
from sync.schedule import regions_of
from tests.services.pages import BY_HTMX

ClientOf = Callable[..., Client]


def run_of(aws_account: AwsAccount, state: str = "done", **fields: Any) -> Run:
    now = timezone.now()
    values = {"source": "iam.details", "trigger": "operator", "seen": 40, "expected": 132, "pages": 1, **fields}
    ended = None if state in Run.ACTIVE else now
    return Run.objects.create(
        aws_account=aws_account, state=state, started_at=now, heartbeat_at=now, finished_at=ended, **values
    )


def address(name: str, run: Run) -> str:
    return reverse(name, kwargs={"account_id": run.aws_account.account_id, "pk": run.pk})


def list_url(aws_account: AwsAccount, name: str = "pulls") -> str:
    return reverse(name, kwargs={"account_id": aws_account.account_id})


def test_lists_pulls(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    run = run_of(aws_account)
    text = client_of(bob).get(list_url(aws_account)).content.decode()
    assert f"Pull {run.pk}" in text
    assert "Users, groups, roles and policies" in text
    assert list_url(aws_account, "pull_now") not in text  # not for a viewer


def test_an_empty_list_says_what_a_pull_is(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    assert "Nothing was pulled yet" in client_of(bob).get(list_url(aws_account)).content.decode()


def test_pull_now_of_one_source_leads_to_it(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    for _ in range(2):
        answer = client_of(erin).post(list_url(aws_account, "pull_now"), {"source": "iam.details"})
    run = Run.objects.get()
    assert (run.source, run.started_by) == ("iam.details", erin)
    assert answer["Location"] == address("pull", run)


def test_pull_now_of_everything_starts_what_can_be_read(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    for _ in range(2):
        answer = client_of(erin).post(list_url(aws_account, "pull_now"))
    assert answer["Location"] == list_url(aws_account)
    started = sorted(Run.objects.values_list("source", flat=True))
    assert started == sorted(
        name
        for name, source in sources.items()
        if not source.after and source.serves(aws_account) and regions_of(aws_account, source)
    )


@pytest.mark.parametrize("source", ["iam.nothing", "iam.keys"])
def test_what_can_not_be_read_yet_is_not_started(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf, source: str
) -> None:
    """Keys are asked for user by user: the users come first."""
    assert client_of(erin).post(list_url(aws_account, "pull_now"), {"source": source}).status_code == 404
    assert not Run.objects.exists()


@pytest.mark.parametrize(("who", "status"), [("bob", 403), ("charlie", 404)])
def test_readers_and_strangers_start_none(
    aws_account: AwsAccount, client_of: ClientOf, request: pytest.FixtureRequest, who: str, status: int
) -> None:
    operator = request.getfixturevalue(who)
    assert client_of(operator).post(list_url(aws_account, "pull_now")).status_code == status
    assert not Run.objects.exists()


def test_progress_is_asked_for_while_it_runs(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    run = run_of(aws_account, "running")
    client = client_of(bob)
    text = client.get(address("pull", run)).content.decode()
    assert 'hx-trigger="every 2s"' in text
    assert 'max="132" value="40"' in text
    assert "40 objects of 132" in text
    assert client.get(address("pull_progress", run), headers=BY_HTMX).status_code == 200


def test_progress_ends_with_the_run(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    answer = client_of(bob).get(address("pull_progress", run_of(aws_account)), headers=BY_HTMX)
    assert answer.status_code == 286
    assert "every 2s" not in answer.content.decode()


def test_a_denial_names_the_statement(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    error = {
        "class": "AccessDeniedError",
        "code": "AccessDenied",
        "sentence": "AWS does not let iam-console-read do iam:GetAccountAuthorizationDetails.",
        "words": "User is not authorized to perform: iam:GetAccountAuthorizationDetails",
        "statement": {"Effect": "Allow", "Action": "iam:GetAccountAuthorizationDetails", "Resource": "*"},
        "request_id": "3f9b2c71",
    }
    text = client_of(erin).get(address("pull", run_of(aws_account, "failed", error=error))).content.decode()
    assert "AWS doesn’t let this console read it" in text
    assert "&quot;Action&quot;: &quot;iam:GetAccountAuthorizationDetails&quot;" in text
    assert "AccessDenied: User is not authorized" in text
    assert "3f9b2c71" in text
    assert "Pull again" in text


def test_only_an_owner_lifts_the_brake(
    aws_account: AwsAccount, alice: Operator, erin: Operator, client_of: ClientOf
) -> None:
    error = {"class": "Brake", "sentence": "Nothing was marked as gone: 40 users would be."}
    run = run_of(aws_account, error=error)
    assert "An owner can lift it for one pull." in client_of(erin).get(address("pull", run)).content.decode()
    assert client_of(erin).post(list_url(aws_account, "pull_now"), {"lift_brake": "yes"}).status_code == 403
    text = client_of(alice).get(address("pull", run)).content.decode()
    assert "Lift the brake for one pull" in text
    assert "Held by the brake" in text
    client_of(alice).post(list_url(aws_account, "pull_now"), {"lift_brake": "yes", "source": "iam.details"})
    assert Run.objects.latest("pk").cursor == {"lift_brake": True}


def test_an_editor_stops_a_pull(aws_account: AwsAccount, erin: Operator, bob: Operator, client_of: ClientOf) -> None:
    run = run_of(aws_account, "running")
    assert client_of(bob).post(address("pull_cancel", run)).status_code == 403
    client_of(erin).post(address("pull_cancel", run))
    run.refresh_from_db()
    assert run.state == "cancelled"


def test_a_pull_of_another_aws_account_is_not_found(
    aws_account: AwsAccount, alice: Operator, client_of: ClientOf
) -> None:
    other = AwsAccount.objects.create(account_id="210987654321", name="Other")
    run = run_of(other)
    mixed = reverse("pull", kwargs={"account_id": aws_account.account_id, "pk": run.pk})
    assert client_of(alice).get(mixed).status_code == 404


@pytest.mark.parametrize("fragment", ["pulls/sources/", "pulls/{run}/progress/", "pulls/{run}/refresh/"])
def test_a_fragment_opened_as_a_page_leads_to_its_page(
    aws_account: AwsAccount, bob: Operator, client_of: ClientOf, fragment: str
) -> None:
    run = Run.objects.create(aws_account=aws_account, source="iam.details", trigger="schedule")
    client = client_of(bob)
    path = f"/aws/{aws_account.account_id}/{fragment.format(run=run.pk)}"
    answer = client.get(path)
    assert answer.status_code == 302
    assert path.startswith(answer.headers["Location"])
    assert "<html" not in client.get(path, headers=BY_HTMX).content.decode()


# ---- started at once ------------------------------------------------------------------------------------------


def started_at_once(aws_account: AwsAccount, *states: str) -> list[Run]:
    runs = [
        run_of(aws_account, state, source=source, seen=10, new=1)
        for state, source in zip(states, sources, strict=False)
    ]
    pull_groups.mark([run.pk for run in runs])
    return list(Run.objects.filter(pk__in=[run.pk for run in runs]).order_by("pk"))


def test_a_pull_of_everything_is_one_line_and_leads_to_its_sources(
    aws_account: AwsAccount, bob: Operator, client_of: ClientOf
) -> None:
    alone = run_of(aws_account)
    first, second, third = started_at_once(aws_account, "done", "done", "failed")
    page = client_of(bob).get(list_url(aws_account))
    rows = page.context["listing"].page.rows
    assert [(row.pk, row.state, row.seen, row.new) for row in rows] == [
        (first.pk, "failed", 30, 3),
        (alone.pk, "done", 40, 0),
    ]
    text = page.content.decode()
    assert "3 sources" in text and "2 complete, 1 failed" in text
    link = f"{list_url(aws_account)}?together={first.pk}"
    assert link in text
    each = client_of(bob).get(link).context["listing"].page.rows
    assert {row.pk for row in each} == {first.pk, second.pk, third.pk}


def test_whoever_narrows_the_list_sees_each_source(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    *_, third = started_at_once(aws_account, "done", "done", "failed")
    page = client_of(bob).get(f"{list_url(aws_account)}?state=failed")
    assert [row.pk for row in page.context["listing"].page.rows] == [third.pk]
    for nobody in ("x", "9" * 30, "-1"):
        assert not client_of(bob).get(f"{list_url(aws_account)}?together={nobody}").context["listing"].page.rows


def test_one_that_goes_on_says_how_far(aws_account: AwsAccount) -> None:
    first, *_ = started_at_once(aws_account, "done", "queued", "queued")
    pull_groups.sum_up([first])
    assert first.of_several is not None
    assert (first.state, first.finished_at, first.of_several.words) == ("running", None, "1 complete, 2 to come")


def test_what_is_left_of_it_stands_for_itself(aws_account: AwsAccount) -> None:
    first, second, _ = started_at_once(aws_account, "done", "done", "done")
    Run.objects.filter(pk=first.pk).delete()
    pull_groups.unmark([first.pk])
    assert second in pull_groups.lines(Run.objects.all())


def test_pulling_everything_marks_what_it_starts(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    running = Run.objects.create(aws_account=aws_account, source="iam.details", trigger="schedule")
    client_of(erin).post(list_url(aws_account, "pull_now"))
    started = Run.objects.exclude(pk=running.pk)
    assert started.count() > 2
    assert {run.together for run in started} == {min(run.pk for run in started)}
    running.refresh_from_db()
    assert running.together is None
