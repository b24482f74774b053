"""The overview of all AWS accounts: what it says of each, and that it says nothing of those one may not see."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccountLabel, AwsAccount, Grant, GrantRule, LabelledAwsAccount, Operator
from accounts.roles import Role
from estate.health import Health, estate_health
from estate.scope import AllAccounts
from findings.models import AccountRefresh
from resources.models import Resource
from sync.models import Run, Schedule
from tests.conftest import make_aws_account, make_operator
from tests.estate.conftest import Estate, drift_of, find, read
from tests.services.pages import text_of
from tests.services.resource_rows import hold
from tests.sync.planned import proposed_for_approval

HOME = "/all/"


def page_text(response: Any) -> str:
    return text_of(response.content.decode())


def health_of(aws_account: AwsAccount, operator: Operator) -> Health:
    [found] = estate_health(AllAccounts(operator, [aws_account])).accounts
    return found.health


def test_the_page_after_signing_in_is_of_all_where_there_are_two(
    estate: Estate, olga: Operator, client_of: Callable[[Operator], Client]
) -> None:
    assert client_of(olga).get("/")["Location"] == HOME
    one = reverse("overview", kwargs={"account_id": estate.seen.account_id})
    assert client_of(estate.charlie).get("/")["Location"] == one


def test_it_says_what_is_wrong_where(estate: Estate, olgas: Client) -> None:
    first, second, third, _ = estate.accounts
    find(first, "dana")
    find(second, "eve", "high")
    drift_of(third, "tom")
    said = page_text(olgas.get(HOME))
    assert "4 AWS accounts. 1 has critical findings, no pull fails, nothing waits for you." in said
    assert "2 findings in 2 AWS accounts: Acme 1, Acme Data 1." in said
    assert "1 change outside this console" in said


def test_it_says_of_how_many_resources_nobody_knows(estate: Estate, olgas: Client) -> None:
    first, second, *_ = estate.accounts
    for aws_account in (first, first, second):
        number = Resource.objects.count()
        arn = f"arn:aws:sqs:eu-west-1:{aws_account.account_id}:q{number}"
        hold(aws_account, "sqs.queue", arn, exposure=Resource.Exposure.UNKNOWN)
    said = " ".join(page_text(olgas.get(HOME)).split())
    assert "Of 3 resources it is unknown whether everybody gets in" in said
    assert f"Not read in 2 AWS accounts: {first.name} 2, {second.name} 1." in said


def test_nothing_is_said_of_what_one_may_not_see(
    estate: Estate, olga: Operator, client_of: Callable[[Operator], Client]
) -> None:
    label = AccountLabel.objects.create(name="Secret project")
    LabelledAwsAccount.objects.create(label=label, aws_account=estate.accounts[0])
    for aws_account in estate.accounts:
        find(aws_account, f"dana-{aws_account.pk}")
        drift_of(aws_account, f"tom-{aws_account.pk}")
        make_operator(f"owner{aws_account.pk}", Role.OWNER, aws_account)
        proposed_for_approval(aws_account, olga)
    clients = client_of(estate.charlie)
    for url in (HOME, f"{HOME}?format=csv", f"{HOME}?label={label.pk}", f"{HOME}?q=Secret"):
        answer = clients.get(url)
        said = (answer.getvalue() if answer.streaming else answer.content).decode()
        for other in (each for each in estate.accounts if each != estate.seen):
            assert other.account_id not in said
            assert f"Owner{other.pk}" not in said
        assert "Secret project" not in said
    said = page_text(clients.get(HOME))
    assert "1 AWS account. 1 has critical findings" in said
    assert "Acme Data" in said
    assert f"{estate.accounts[0].name} 1" not in said


def test_a_viewer_is_asked_for_nothing_and_an_approver_is(
    estate: Estate, olga: Operator, client_of: Callable[[Operator], Client]
) -> None:
    anton = make_operator("anton", Role.APPROVER, estate.seen)
    for aws_account in estate.accounts:
        AwsAccount.objects.filter(pk=aws_account.pk).update(approvals_required=1)
        aws_account.refresh_from_db()
        proposed_for_approval(aws_account, olga)
    assert "nothing waits for you" in page_text(client_of(estate.charlie).get(HOME))
    said = page_text(client_of(anton).get(HOME))
    assert "1 decision waits for you" in said


@pytest.mark.parametrize(
    ("error", "word"),
    [
        ({"class": "AccessDeniedError", "sentence": "Not allowed."}, Health.PARTLY),
        ({"class": "UnsupportedError", "sentence": "Not there."}, Health.GOOD),
        ({"class": "ThrottledError", "sentence": "Too fast."}, Health.FAILED),
    ],
)
def test_good_takes_all_sources(aws_account: AwsAccount, olga: Operator, error: dict[str, str], word: Health) -> None:
    read(aws_account, iam_keys=error)
    assert health_of(aws_account, olga) is word


def test_good_takes_a_pull_of_the_last_day(aws_account: AwsAccount, olga: Operator) -> None:
    assert health_of(aws_account, olga) is Health.NEVER
    read(aws_account, ago=timedelta(hours=25))
    assert health_of(aws_account, olga) is Health.UNKNOWN
    read(aws_account)
    assert health_of(aws_account, olga) is Health.GOOD
    Run.objects.filter(source="iam.policy_settings").delete()
    assert health_of(aws_account, olga) is Health.PARTLY


def test_what_was_just_connected_and_read_is_good_before_all_is_scheduled(
    aws_account: AwsAccount, olga: Operator
) -> None:
    """The first pull is started by whoever connects it; the schedule follows within a minute."""
    AwsAccount.objects.update(pull_every_minutes=60)
    aws_account.refresh_from_db()
    Schedule.objects.create(aws_account=aws_account, source="s3.buckets", next_at=timezone.now())
    read(aws_account)
    assert health_of(aws_account, olga) is Health.GOOD


def test_what_nobody_has_read_is_unknown_and_not_none(estate: Estate, olgas: Client) -> None:
    make_aws_account("555555555555", "Acme Never")
    said = page_text(olgas.get(f"{HOME}?q=Never"))
    assert "Not pulled yet" in said
    assert said.count("Unknown") >= 2


def test_the_table_is_found_by_name_label_and_health(estate: Estate, olgas: Client) -> None:
    label = AccountLabel.objects.create(name="Payments")
    LabelledAwsAccount.objects.create(label=label, aws_account=estate.seen)
    find(estate.accounts[2], "dana")
    for query, names in {"q=payments": ["Acme Data"], "health=critical": ["Acme Shop"], "q=4444": ["Acme Lab"]}.items():
        table = olgas.get(f"{HOME}?{query}").context["table"]
        assert [line.aws_account.name for line in table.shown] == names
    for nonsense in ("page=9", "page=x", "health=nonsense", "label=x", "page=0"):
        assert olgas.get(f"{HOME}?{nonsense}").status_code == 200


def test_whose_pulls_failed_is_found_though_something_is_worse(estate: Estate, olgas: Client) -> None:
    failing = estate.accounts[2]
    find(failing, "dana")
    read(failing, iam_keys={"class": "ThrottledError", "sentence": "Too fast."})
    response = olgas.get(f"{HOME}?health=failed")
    [line] = response.context["table"].shown
    assert (line.aws_account, line.health) == (failing, Health.CRITICAL)
    assert "Pulls of 1 AWS account failed" in page_text(response)


def test_findings_are_unknown_until_they_were_looked_for(estate: Estate, olgas: Client) -> None:
    new = estate.accounts[2]
    AccountRefresh.objects.filter(aws_account=new).update(looked_at=timezone.now() - timedelta(hours=1))
    response = olgas.get(HOME)
    [line] = [each for each in response.context["table"].shown if each.aws_account == new]
    assert (line.health, line.are_findings_known) == (Health.PARTLY, False)
    assert "None is known to have a critical finding" in page_text(response)
    assert "in no AWS account; not known of 1" in page_text(response)
    file: Any = olgas.get(f"{HOME}?format=csv")
    rows = list(csv.DictReader(io.StringIO(file.getvalue().decode())))
    assert {row["critical"] for row in rows if row["account_id"] == new.account_id} == {"unknown"}
    assert {row["critical"] for row in rows if row["account_id"] != new.account_id} == {"0"}


def test_the_queries_do_not_grow_with_the_aws_accounts(
    estate: Estate, olga: Operator, client_of: Callable[[Operator], Client]
) -> None:
    client = client_of(olga)

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(HOME).status_code == 200
        return len(found)

    for aws_account in estate.accounts:
        find(aws_account, "dana")
        drift_of(aws_account, "tom")
    few = queries()
    for number in range(20):
        aws_account = make_aws_account(f"9{number:011}", f"More {number}")
        read(aws_account)
        find(aws_account, "dana")
        drift_of(aws_account, "tom")
    assert queries() == few
    assert few <= 24


def test_owners_are_named_once_who_can_sign_in(estate: Estate, olgas: Client) -> None:
    alice = make_operator("alice", Role.OWNER, estate.seen)
    rule = GrantRule.objects.create(
        operator=alice, role=Role.OWNER, organization_id="o-acme", unit_id="ou-acme-12345678", unit_name="Data"
    )
    Grant.objects.create(operator=alice, aws_account=estate.seen, role=Role.OWNER, rule=rule)
    gone = make_operator("gone", Role.OWNER, estate.seen)
    Operator.objects.filter(pk=gone.pk).update(is_active=False)
    Grant.objects.create(operator=estate.charlie, aws_account=estate.accounts[0], role=Role.VIEWER)
    lines = olgas.get(HOME).context["estate"].accounts
    assert {line.aws_account.name: list(line.owners) for line in lines}["Acme Data"] == [str(alice)]


def test_the_refusal_of_a_page_of_all_names_no_aws_account(
    estate: Estate, client_of: Callable[[Operator], Client]
) -> None:
    """By what its address says, though no view was called."""
    hal = make_operator("hal", Role.HELPDESK, estate.seen)
    response = client_of(hal).get(HOME)
    assert response.status_code == 403
    assert response.context["shell"].aws_account is None
