"""The credential report: awaited, read by the names of its columns, kept for users and for the root user."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from emulator.process import Emulator
from identities.credentials.report import CredentialReport
from identities.models import IamUser, ReportedUser, RootUser
from sync import pull as pulls
from sync import refresh
from sync.models import Facet, Revision, Run
from sync.selectors import coverage_of
from tests.services.credentials import SOURCES, at_that_time, give_everything, pull
from tests.services.pages import get, text_of
from tests.services.remembered import remembered

pytestmark = pytest.mark.django_db

REPORT = SOURCES[-1]
USED = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
IN_PROGRESS = {"code": "ReportInProgress", "status": 404}


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CredentialReport, "PAUSES_S", (0, 0))


@pytest.fixture
def iam(emulator: Emulator, aws_account: AwsAccount) -> Any:
    client = emulator.own_client("iam")

    def make() -> None:
        give_everything(client, "jane")
        client.create_user(UserName="plain")
        emulator.activity("user", "jane", at=USED.isoformat())
        pull(aws_account, "iam.details")

    remembered("used by jane", emulator, aws_account, make)
    return client


def work(run: Run) -> Run:
    """As a worker does: a slice, and no longer."""
    pulls.work(run.pk)
    run.refresh_from_db()
    return run


def started(aws_account: AwsAccount) -> Run:
    return pulls.start(aws_account=aws_account, source=REPORT, trigger=Run.Trigger.COMMAND, wake=False)


def test_a_user_in_it(iam: Any, aws_account: AwsAccount) -> None:
    pull(aws_account, REPORT)
    jane = ReportedUser.objects.get(user__name="jane")
    assert (jane.password_enabled, jane.mfa_active, jane.password_last_used_at) == (True, True, USED)
    assert jane.password_changed_at is not None
    assert timezone.now() - jane.password_changed_at < timedelta(minutes=5)
    assert jane.password_next_rotation_at is None
    [key] = jane.keys
    assert (key["number"], key["active"], key["used_at"], key["service"]) == (1, True, None, "")
    assert [certificate["active"] for certificate in jane.certificates] == [True]


def test_what_the_list_of_users_says_of_it(iam: Any, aws_account: AwsAccount) -> None:
    pull(aws_account, REPORT)
    assert dict(IamUser.objects.values_list("name", "last_activity_at")) == {"jane": USED, "plain": None}


def test_a_user_without_anything(iam: Any, aws_account: AwsAccount) -> None:
    pull(aws_account, REPORT)
    plain = ReportedUser.objects.get(user__name="plain")
    assert (plain.password_enabled, plain.password_changed_at, plain.keys, plain.certificates) == (False, None, [], [])


def test_the_root_user(iam: Any, aws_account: AwsAccount, emulator: Emulator) -> None:
    key = {
        "created": "2019-01-01T00:00:00+00:00",
        "last_used": USED.isoformat(),
        "service": "s3",
        "region": "eu-west-1",
    }
    emulator.describe_root(mfa="", signed_in=USED.isoformat(), keys=[key])
    pull(aws_account, REPORT)
    root = RootUser.objects.get()
    assert (root.arn, root.mfa_active, root.password_enabled) == ("arn:aws:iam::123456789012:root", False, None)
    assert (root.password_last_used_at, root.active_keys[0]["used_at"]) == (USED, USED.isoformat())


def test_columns_in_any_order_and_more_of_them(iam: Any, aws_account: AwsAccount, emulator: Emulator) -> None:
    pull(aws_account, REPORT)
    before = list(ReportedUser.objects.order_by("aws_id").values())
    emulator.rules([{"action": "GetCredentialReport", "listing": "shuffled"}])
    pull(aws_account, REPORT)
    assert list(ReportedUser.objects.order_by("aws_id").values()) == before
    facet = Facet.objects.get(source="report", object_id=ReportedUser.objects.get(user__name="jane").aws_id)
    assert facet.extra == {"additional_credentials_info": "2 more keys"}


def test_it_says_when_aws_made_it(iam: Any, aws_account: AwsAccount) -> None:
    made_at = (timezone.now() - timedelta(hours=3)).replace(microsecond=0)
    at_that_time(iam, made_at)
    iam.generate_credential_report()
    iam.generate_credential_report()
    pull(aws_account, REPORT)
    assert set(ReportedUser.objects.values_list("generated_at", flat=True)) == {made_at}


def test_an_old_one_is_made_anew(iam: Any, aws_account: AwsAccount) -> None:
    at_that_time(iam, timezone.now() - timedelta(hours=5))
    iam.generate_credential_report()
    iam.generate_credential_report()
    pull(aws_account, REPORT)
    assert timezone.now() - RootUser.objects.get().generated_at < timedelta(minutes=5)


def test_the_run_goes_on_when_aws_takes_its_time(iam: Any, aws_account: AwsAccount, emulator: Emulator) -> None:
    emulator.rules([{"action": "GetCredentialReport", "error": IN_PROGRESS}])
    run = work(started(aws_account))
    assert (run.state, run.claim, RootUser.objects.count()) == (Run.State.RUNNING, "", 0)
    emulator.rules([])
    assert work(run).state == Run.State.DONE
    assert RootUser.objects.count() == 1


def test_a_deleted_user_in_it_is_ignored(iam: Any, aws_account: AwsAccount) -> None:
    iam.generate_credential_report()
    iam.generate_credential_report()
    iam.delete_user(UserName="plain")
    pull(aws_account, "iam.details", REPORT)
    assert [row.user.name for row in ReportedUser.objects.live()] == ["jane"]


def test_a_user_made_again_under_the_name_is_another_one(iam: Any, aws_account: AwsAccount) -> None:
    at_that_time(iam, timezone.now() - timedelta(hours=2))
    iam.generate_credential_report()
    iam.generate_credential_report()
    iam.delete_user(UserName="plain")
    iam.create_user(UserName="plain")
    pull(aws_account, "iam.details", REPORT)
    assert [row.user.name for row in ReportedUser.objects.live()] == ["jane"]


def test_another_report_makes_no_revision_of_users(iam: Any, aws_account: AwsAccount, emulator: Emulator) -> None:
    pull(aws_account, REPORT)
    before = Revision.objects.count()
    emulator.activity("user", "jane", at=timezone.now().isoformat())
    at_that_time(iam, timezone.now() + timedelta(hours=4, minutes=1))
    iam.generate_credential_report()
    iam.generate_credential_report()
    pull(aws_account, REPORT)
    assert RootUser.objects.get().generated_at > timezone.now()
    assert Revision.objects.count() == before


def test_the_root_user_has_a_history(iam: Any, aws_account: AwsAccount, emulator: Emulator) -> None:
    pull(aws_account, REPORT)
    emulator.describe_root(mfa="")
    at_that_time(iam, timezone.now() + timedelta(hours=4, minutes=1))
    iam.generate_credential_report()
    iam.generate_credential_report()
    pull(aws_account, REPORT)
    facet = Facet.objects.get(kind="iam.root")
    assert [revision.content["mfa"] for revision in facet.revisions.order_by("number")] == [True, False]


def test_it_goes_on_after_a_page_where_the_report_is_the_same(
    iam: Any, aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr("identities.credentials.report._LINES_A_PAGE", 1)
    settings.WORKER_SLICE_S = 0
    run = started(aws_account)
    states = [work(run).state for _ in range(4)]
    assert states[-1] == Run.State.DONE
    assert Run.State.RUNNING in states
    assert run.seen == 3  # root, jane, plain
    assert ReportedUser.objects.count() == 2


def test_a_denied_report_is_not_read(iam: Any, aws_account: AwsAccount, emulator: Emulator) -> None:
    emulator.rules([{"action": "GenerateCredentialReport", "error": {"code": "AccessDenied", "status": 403}}])
    run = started(aws_account)
    assert work(run).state == Run.State.FAILED
    held = coverage_of(aws_account, REPORT)
    assert (held.state, RootUser.objects.count()) == ("denied", 0)
    assert "iam:GenerateCredentialReport" in held.why


# ---- One user refreshed while AWS makes a new one ------------------------------------------------------------


def refreshed(iam: Any, aws_account: AwsAccount, erin: Operator) -> tuple[str, str]:
    """What the page says of it after jane was read again, and how the facet is held."""
    jane = IamUser.objects.get(name="jane")
    run = refresh.start(row=jane, actor=erin)
    refresh.work(run.pk)
    run.refresh_from_db()
    assert run.state == Run.State.DONE
    said = [line["line"] for line in run.log if line["line"].startswith("Credential report: ")]
    held = Facet.objects.filter(source="report", object_id=jane.aws_id).values_list("coverage", flat=True)
    return " ".join(said), " ".join(held)


def test_the_older_one_stays_while_aws_makes_a_new_one(
    iam: Any, aws_account: AwsAccount, emulator: Emulator, erin: Operator
) -> None:
    pull(aws_account, REPORT)
    before = ReportedUser.objects.filter(user__name="jane").values().get()
    emulator.rules([{"action": "GetCredentialReport", "error": IN_PROGRESS}])
    said, held = refreshed(iam, aws_account, erin)
    assert said == "Credential report: AWS is still making it. What is shown is from the older one."
    assert held == Facet.Coverage.READ
    assert ReportedUser.objects.filter(user__name="jane").values().get() == before


def test_the_page_says_that_a_new_one_is_made(
    iam: Any, aws_account: AwsAccount, emulator: Emulator, erin: Operator, client_of: Callable[[Operator], Client]
) -> None:
    pull(aws_account, REPORT)
    emulator.rules([{"action": "GetCredentialReport", "error": IN_PROGRESS}])
    refreshed(iam, aws_account, erin)
    jane, run = IamUser.objects.get(name="jane"), Run.objects.get(source=Run.OBJECT)
    text = text_of(get(client_of(erin), "user", f"?refreshed={run.pk}", aws_id=jane.aws_id))
    assert "AWS is still making it. What is shown is from the older one." in text
    text = text_of(get(client_of(erin), "user_credentials", aws_id=jane.aws_id))
    assert "from the credential report of" in text
    assert "AWS is still making" not in text


def test_without_an_older_one_it_is_asked_for_again(
    iam: Any, aws_account: AwsAccount, emulator: Emulator, erin: Operator
) -> None:
    emulator.rules([{"action": "GetCredentialReport", "error": IN_PROGRESS}])
    said, held = refreshed(iam, aws_account, erin)
    assert (said, held) == ("Credential report: AWS is still making it. Refresh again in a minute.", "")
    emulator.rules([])
    assert refreshed(iam, aws_account, erin) == ("", Facet.Coverage.READ)


# ---- Renamed since AWS made it -------------------------------------------------------------------------------


@pytest.fixture
def renamed(iam: Any, aws_account: AwsAccount) -> IamUser:
    """Jane is called joan now, and somebody else is called jane; the report is older."""
    iam.generate_credential_report()
    iam.generate_credential_report()
    iam.update_user(UserName="jane", NewUserName="joan")
    at_that_time(iam, timezone.now() + timedelta(minutes=1))
    iam.create_user(UserName="jane")
    pull(aws_account, "iam.details")
    return IamUser.objects.get(name="joan")


def test_a_renamed_user_is_found_in_it(renamed: IamUser, aws_account: AwsAccount) -> None:
    pull(aws_account, REPORT)
    said = {row.user.name: row.password_enabled for row in ReportedUser.objects.live().select_related("user")}
    assert said == {"joan": True, "plain": False}


def test_a_renamed_user_is_refreshed(renamed: IamUser, aws_account: AwsAccount, erin: Operator) -> None:
    run = refresh.start(row=renamed, actor=erin)
    refresh.work(run.pk)
    run.refresh_from_db()
    assert "Credential report" not in str(run.log)
    assert ReportedUser.objects.get(user=renamed).password_last_used_at == USED


def test_a_user_made_since_waits_for_the_next_one(iam: Any, aws_account: AwsAccount, erin: Operator) -> None:
    pull(aws_account, REPORT)
    at_that_time(iam, timezone.now() + timedelta(minutes=1))
    iam.create_user(UserName="newer")
    pull(aws_account, "iam.details")
    run = refresh.start(row=IamUser.objects.get(name="newer"), actor=erin)
    refresh.work(run.pk)
    run.refresh_from_db()
    assert "Credential report: The report that AWS has doesn’t know this user yet." in str(run.log)
    assert not Facet.objects.filter(source="report", object_id=IamUser.objects.get(name="newer").aws_id).exists()
