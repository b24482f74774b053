"""Released piece by piece; and the report."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEntry, Operator
from contain.models import Containment, ContainmentReport
from identities.models import IamRole
from sync import changes
from sync.models import Change
from tests.contain.test_contain_user import contained
from tests.services.changing import carry_out, worked
from tests.services.leaked_key import Night
from tests.services.pages import address, get, text_of

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]


@pytest.fixture
def done(night: Night, erin: Operator, client_of: ClientOf) -> Containment:
    """All of it, and the sessions of the role."""
    pieces = ("deny", "login", f"key:{night.key['AccessKeyId']}", f"role:{night.role.aws_id}")
    return contained(client_of(erin), night, *pieces)


def staged(client: Client, done: Containment, *positions: int, when: str = "wait") -> Change:
    url = address("containment_release", pk=str(done.pk))
    answered = client.post(url, {"pieces": [str(each) for each in positions], "when": when})
    assert answered.status_code == 302, text_of(answered.content.decode())
    return Change.objects.latest("pk")


def test_a_key_comes_back_at_once_and_the_deny_waits(
    night: Night, done: Containment, erin: Operator, client_of: ClientOf
) -> None:
    client = client_of(erin)
    page = text_of(get(client, "containment_release", pk=str(done.pk)))
    assert "Sessions that are denied could come back until" in page
    assert "It can’t be undone." in page  # the password
    change = carry_out(staged(client, done, 1, 2, 4), erin)
    assert list(change.steps.values_list("kind", flat=True)) == [
        "iam.key.activate",
        "iam.role.await_sessions_end",
        "iam.role.inline.delete",
        "iam.user.await_sessions_end",
        "iam.user.inline.delete",
    ]
    assert change.is_at_gate
    assert night.iam.list_access_keys(UserName="ci-builder")["AccessKeyMetadata"][0]["Status"] == "Active"
    assert night.iam.list_user_policies(UserName="ci-builder")["PolicyNames"] != ["deploys"]


def test_all_at_once_is_warned_of(night: Night, done: Containment, erin: Operator, client_of: ClientOf) -> None:
    change = staged(client_of(erin), done, 1, 4, when="now")
    assert {each["code"] for each in change.findings} >= {"REVIVES_SESSIONS"}
    assert carry_out(change, erin).state == Change.State.APPLIED
    assert night.iam.list_user_policies(UserName="ci-builder")["PolicyNames"] == ["deploys"]
    page = text_of(get(client_of(erin), "containment_release", pk=str(done.pk)))
    assert "It is so already" in page


def test_a_wait_that_fails_releases_nothing_after_it(
    night: Night, done: Containment, erin: Operator, client_of: ClientOf
) -> None:
    change = staged(client_of(erin), done, 4)
    night.emulator.rules([{"action": "GetRolePolicy", "error": {"code": "AccessDenied", "status": 403}, "times": 1}])
    stopped = carry_out(change, erin)
    assert [step.state for step in stopped.steps.all()] == ["failed", "pending"]
    line = stopped.lines.last()
    assert line is not None and line.line == "Not done of 2 steps: 1. Not begun, since they wait for that: 2."
    changes.retry(change=stopped, actor=erin, position=2)
    assert [step.state for step in worked(stopped).steps.all()] == ["failed", "pending"]
    assert night.iam.list_role_policies(RoleName="deploy")["PolicyNames"]


def test_the_longest_session_decides(done: Containment, night: Night, erin: Operator, client_of: ClientOf) -> None:
    IamRole.objects.update(max_session_s=7200)
    change = staged(client_of(erin), done, 4)
    until = change.steps.get(position=1).params["until"]
    assert timezone.now() + timedelta(hours=1, minutes=55) < datetime.fromisoformat(until)
    assert datetime.fromisoformat(until) < timezone.now() + timedelta(hours=2, minutes=5)


def test_nothing_chosen_and_what_is_not_offered(done: Containment, erin: Operator, client_of: ClientOf) -> None:
    url = address("containment_release", pk=str(done.pk))
    assert "nothing is chosen" in client_of(erin).post(url, {}).content.decode()
    assert "can’t be released any more" in client_of(erin).post(url, {"pieces": ["99"]}).content.decode()


def test_a_report_is_sealed_and_shows_when_it_was_altered(
    done: Containment, erin: Operator, client_of: ClientOf
) -> None:
    client = client_of(erin)
    answered = client.post(address("containment_seal", pk=str(done.pk)), follow=True)
    page = text_of(answered.content.decode())
    assert "Sealed." in page and "Deny everything to the user ci-builder" in page
    report = ContainmentReport.objects.get()
    assert AuditEntry.objects.get(verb="contain.reported").data["sha256"] == report.sha256
    audit.seal()
    assert audit.verify() == []
    report.content["who"] = "somebody else"
    report.save()
    assert "This report was altered" in text_of(get(client, "containment_report", pk=str(report.pk)))
    [problem] = audit.verify()
    assert problem.kind == "altered" and problem.sentence.startswith("The report of which entry ")
