"""Service last accessed: reports that AWS makes on request, started and fetched in turn, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from accounts.models import AwsAccount, Operator
from emulator.process import Emulator
from identities.account import last_accessed
from identities.models import IamGroup, IamRole, IamUser, ServiceLastAccessed
from sync import pull
from sync.models import Facet, Revision, Run
from sync.selectors import coverage_of
from tests.conftest import wait_until
from tests.services.pages import get, text_of
from tests.services.pulling import pull_all, pulled
from tests.services.statements import LAMBDA, allowing, trusting

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]

NAME = "iam.last_accessed"
DENIED = {
    "action": "GenerateServiceLastAccessedDetails",
    "when": "before",
    "error": {"code": "AccessDenied", "status": 403, "message": "no"},
}


@pytest.fixture
def iam(emulator: Emulator) -> Any:
    """Jane may nothing; the role exporter may use S3, which it did, and SQS."""
    client = emulator.client("iam")
    client.create_user(UserName="jane")
    client.create_role(RoleName="exporter", AssumeRolePolicyDocument=trusting(LAMBDA))
    client.put_role_policy(RoleName="exporter", PolicyName="s3", PolicyDocument=allowing("s3:GetObject"))
    client.put_role_policy(RoleName="exporter", PolicyName="sqs", PolicyDocument=allowing("sqs:SendMessage"))
    emulator.activity("role", "exporter", at="2026-11-20T10:00:00+00:00", service="s3", region="eu-west-1")
    return client


@pytest.fixture
def mirrored(iam: Any, aws_account: AwsAccount) -> Run:
    pulled(aws_account)
    return pulled(aws_account, source=NAME)


def test_each_service_with_its_last_try(mirrored: Run) -> None:
    role = IamRole.objects.get()
    assert list(
        ServiceLastAccessed.objects.order_by("service").values_list("object_id", "service", "at", "region")
    ) == [
        (role.aws_id, "s3", datetime(2026, 11, 20, 10, 0, tzinfo=UTC), "eu-west-1"),
        (role.aws_id, "sqs", None, ""),
    ]
    assert (mirrored.seen, mirrored.expected) == (2, 2)


def test_each_action_that_is_tracked_with_its_last_try(
    iam: Any, emulator: Emulator, aws_account: AwsAccount, bob: Operator, client_of: ClientOf
) -> None:
    iam.put_role_policy(RoleName="exporter", PolicyName="s3", PolicyDocument=allowing("s3:*Bucket"))
    emulator.activity(
        "role", "exporter", at="2026-11-20T10:00:00+00:00", service="s3", region="eu-west-1", actions="CreateBucket"
    )
    pulled(aws_account)
    pulled(aws_account, source=NAME)
    row = ServiceLastAccessed.objects.get(service="s3")
    assert row.tracked_actions == [
        ["CreateBucket", "2026-11-20T10:00:00+00:00", "eu-west-1"],
        ["DeleteBucket", None, ""],
    ]
    text = text_of(get(client_of(bob), "role_last_accessed", aws_id=IamRole.objects.get().aws_id))
    assert "1 of 2 tried" in text and "No attempt tracked: s3:DeleteBucket" in text
    iam.put_role_policy(RoleName="exporter", PolicyName="s3", PolicyDocument=allowing("s3:DeleteBucket"))
    pulled(aws_account, source=NAME)
    row.refresh_from_db()
    assert row.tracked_actions == []  # AWS leaves the list out where none of it was tried


def test_it_has_no_history_and_no_service_is_an_answer(mirrored: Run) -> None:
    assert not Revision.objects.filter(facet__source="last_accessed").exists()
    facet = Facet.objects.get(kind="iam.user", source="last_accessed")
    assert (facet.object_id, facet.coverage) == (IamUser.objects.get().aws_id, "read")


def test_what_is_no_longer_allowed_leaves_the_report(mirrored: Run, iam: Any, aws_account: AwsAccount) -> None:
    iam.delete_role_policy(RoleName="exporter", PolicyName="sqs")
    pulled(aws_account, source=NAME)
    assert list(ServiceLastAccessed.objects.values_list("service", flat=True)) == ["s3"]


def test_a_report_that_is_not_said_to_be_ready_is_waited_for(
    mirrored: Run, aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taken for a whole one it would say that nobody may use anything."""
    monkeypatch.setattr(last_accessed, "fetch", lambda *_: {"JobStatus": "", "ServicesLastAccessed": []})
    run = pull.start(aws_account=aws_account, source=NAME, trigger=Run.Trigger.COMMAND, wake=False)
    pull.work(run.pk)
    run.refresh_from_db()
    assert (run.state, run.seen) == (Run.State.RUNNING, 0)
    assert ServiceLastAccessed.objects.count() == 2


def test_a_page_fetches_what_the_page_before_started(
    iam: Any, aws_account: AwsAccount, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(last_accessed, "_STARTED_PER_PAGE", 2)
    for number in range(5):
        iam.create_user(UserName=f"user-{number}")
    pulled(aws_account)
    emulator.forget_calls()
    run = pulled(aws_account, source=NAME)
    assert run.seen == 7
    generated = emulator.calls("GenerateServiceLastAccessedDetails")
    fetched = emulator.calls("GetServiceLastAccessedDetails")
    assert len(generated) == 7
    assert generated[1]["n"] < fetched[0]["n"] < generated[4]["n"]


def pulled_with(aws_account: AwsAccount, act: Callable[[], object]) -> Run:
    """A whole pull; `act` is done after its first page."""
    run = pull.start(aws_account=aws_account, trigger=Run.Trigger.COMMAND, wake=False, source=NAME)
    acts = [act]

    def progress(run: Run) -> None:
        if acts:
            acts.pop()()

    assert pull.finish(run.pk, progress=progress)
    run.refresh_from_db()
    assert run.state == Run.State.DONE, run.error
    return run


def test_a_report_that_fails_is_not_read_and_says_why(
    iam: Any, aws_account: AwsAccount, bob: Operator, client_of: ClientOf
) -> None:
    pulled(aws_account)
    pulled_with(aws_account, lambda: iam.delete_user(UserName="jane"))
    jane = IamUser.objects.get()
    facet = Facet.objects.get(kind="iam.user", source="last_accessed")
    assert facet.coverage == Facet.Coverage.UNSUPPORTED
    text = text_of(get(client_of(bob), "user_last_accessed", aws_id=jane.aws_id))
    assert "Not read: service last accessed. AWS could not make the report: NoSuchEntity" in text


def test_denied_for_one_object_is_not_read_for_that_one(iam: Any, aws_account: AwsAccount, emulator: Emulator) -> None:
    pulled(aws_account)
    pulled_with(aws_account, lambda: emulator.rules([DENIED]))
    held = dict(Facet.objects.filter(source="last_accessed").values_list("kind", "coverage"))
    assert held == {"iam.user": Facet.Coverage.READ, "iam.role": Facet.Coverage.DENIED}
    assert coverage_of(aws_account, NAME).state == "read"


def test_a_run_goes_on_where_another_worker_stopped(
    iam: Any, aws_account: AwsAccount, emulator: Emulator, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr(last_accessed, "_STARTED_PER_PAGE", 1)
    settings.WORKER_SLICE_S = 0
    pulled(aws_account)
    emulator.forget_calls()
    run = pull.start(aws_account=aws_account, trigger=Run.Trigger.COMMAND, wake=False, source=NAME)

    def worked_to_the_end() -> bool:
        pull.work(run.pk)
        run.refresh_from_db()
        return not run.is_active

    wait_until(worked_to_the_end)
    assert (run.state, run.seen) == (Run.State.DONE, 2)
    assert len(emulator.calls("GenerateServiceLastAccessedDetails")) == 2


def test_denied_is_not_read(
    iam: Any, aws_account: AwsAccount, emulator: Emulator, bob: Operator, client_of: ClientOf
) -> None:
    pulled(aws_account)
    emulator.rules([DENIED])
    assert pull_all(aws_account, source=NAME).state == Run.State.FAILED
    assert coverage_of(aws_account, NAME).state == "denied"
    text = text_of(get(client_of(bob), "role_last_accessed", aws_id=IamRole.objects.get().aws_id))
    assert "Not read: service last accessed." in text
    assert "iam:GenerateServiceLastAccessedDetails" in text


def test_the_tab_of_a_role(mirrored: Run, bob: Operator, client_of: ClientOf) -> None:
    text = text_of(get(client_of(bob), "role_last_accessed", aws_id=IamRole.objects.get().aws_id))
    assert "Amazon S3 s3" in text
    assert "eu-west-1" in text
    assert "Amazon SQS sqs no attempt tracked None" in text
    assert "An attempt counts whether or not it was allowed." in text
    assert "400 days" in text


def test_the_tab_of_a_user_without_policies(mirrored: Run, bob: Operator, client_of: ClientOf) -> None:
    text = text_of(get(client_of(bob), "user_last_accessed", aws_id=IamUser.objects.get().aws_id))
    assert "No service to speak of" in text


def test_the_tab_of_a_group(iam: Any, aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    iam.create_group(GroupName="readers")
    iam.put_group_policy(GroupName="readers", PolicyName="s3", PolicyDocument=allowing("s3:GetObject"))
    pulled(aws_account)
    pulled(aws_account, source=NAME)
    text = text_of(get(client_of(bob), "group_last_accessed", aws_id=IamGroup.objects.get().aws_id))
    assert "Amazon S3 s3 no attempt tracked" in text


def test_the_tab_before_the_first_pull(iam: Any, aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    pulled(aws_account)
    text = text_of(get(client_of(bob), "user_last_accessed", aws_id=IamUser.objects.get().aws_id))
    assert "Not read yet: service last accessed." in text
    assert "No service to speak of" not in text
