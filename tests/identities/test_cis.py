"""CIS AWS Foundations Benchmark: each control by number, with what it comes to; unread is never a pass."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, AwsAccount, Operator
from accounts.roles import Role
from findings import refresh
from findings.cis.controls import V3, V4, V5, V7, controls_of
from findings.cis.results import lines_of
from findings.models import ControlConfirmation
from identities.posture.cis import CisSource
from sync.models import Run
from tests.conftest import make_operator
from tests.identities.test_posture_findings import give_key, of_account
from tests.services.pages import address, get, text_of
from tests.services.rows import attach, make_document, make_policy, make_role, make_user
from tests.services.statements import allow, document_text

pytestmark = pytest.mark.django_db


def results(aws_account: AwsAccount, version: str = V5) -> dict[str, str]:
    """By number."""
    assert refresh.refresh(aws_account, sources=[CisSource()])
    return {line.number: line.result for line in lines_of(aws_account, version)}


def read(aws_account: AwsAccount) -> None:
    now = timezone.now()
    about = {"trigger": Run.Trigger.SCHEDULE, "started_at": now, "finished_at": now, "state": Run.State.DONE}
    Run.objects.create(aws_account=aws_account, source="iam.details", **about)


def test_numbers_are_those_of_their_version() -> None:
    assert [each.number(V3) for each in controls_of(V3)] == [f"1.{number}" for number in range(1, 23)]
    assert [each.number(V4) for each in controls_of(V4)] == [f"1.{number}" for number in range(1, 23)]
    assert [each.number(V5) for each in controls_of(V5)] == [f"1.{number}" for number in range(1, 22)]
    numbers = [each.number(V7) for each in controls_of(V7)]
    assert numbers == ["2.1.1", "2.1.2", *(f"2.{number}" for number in range(2, 21))]


def test_what_is_not_read_never_passes(aws_account: AwsAccount) -> None:
    found = results(aws_account)
    assert set(found.values()) == {"not_held", "by_hand"}


def test_passes_and_fails(aws_account: AwsAccount) -> None:
    read(aws_account)
    of_account(
        aws_account,
        summary={"AccountMFAEnabled": 1, "AccountAccessKeysPresent": 1, "AccountPasswordPresent": 1},
        password_policy={"MinimumPasswordLength": 14},
        root_mfa_apps=["arn:aws:iam::1:mfa/root"],
    )
    keyed = {"has_password": False, "mfa_count": 0, "key_count": 1, "is_reported": True}
    give_key(make_user(aws_account, "old", **keyed), "AKIAOLD", 91, 1)
    make_user(aws_account, "bare", has_password=True, mfa_count=0, key_count=0, is_reported=True)
    everything = make_policy(aws_account, "all")
    everything.versions.update(document=make_document(document_text(allow("*"))))
    attach(make_role(aws_account, "ops"), everything)
    attach(make_role(aws_account, "support"), make_policy(aws_account, "AWSSupportAccess", is_aws=True))
    found = results(aws_account)
    assert {number: found[number] for number in ("1.3", "1.4", "1.5", "1.7", "1.8", "1.9", "1.13", "1.14", "1.15")} == {
        "1.3": "fail",  # the key
        "1.4": "pass",
        "1.5": "fail",  # an app
        "1.7": "pass",
        "1.8": "fail",
        "1.9": "fail",
        "1.13": "fail",
        "1.14": "pass",
        "1.15": "fail",
    }
    assert (found["1.16"], found["1.21"], found["1.19"]) == ("pass", "pass", "not_held")


def test_by_hand_holds_for_some_time(
    aws_account: AwsAccount, bob: Operator, client_of: Callable[[Operator], Client]
) -> None:
    editor, url = make_operator("erin", Role.EDITOR, aws_account), address("confirm_control", control_id="contacts")
    assert client_of(bob).post(url, {"passes": "yes", "note": "Seen."}).status_code == 403
    client = client_of(editor)
    assert client.post(url, {"passes": "yes", "note": ""}).status_code == 422
    assert (
        client.post(address("confirm_control", control_id="root_key"), {"passes": "yes", "note": "x"}).status_code
        == 404
    )
    client.post(url, {"passes": "yes", "note": "Looked at the page."})
    assert results(aws_account)["1.1"] == "pass"
    assert "Looked at the page." in text_of(get(client, "findings_cis"))
    entry = AuditEntry.objects.get(verb="cis.confirmed")
    assert "Looked at" not in str(entry.data)
    ControlConfirmation.objects.update(until=timezone.now() - timedelta(days=1))
    assert results(aws_account)["1.1"] == "by_hand"


# OCSF 1.6.0, "Compliance Finding [2003]".
REQUIRED = (
    "activity_id",
    "category_uid",
    "class_uid",
    "compliance",
    "finding_info",
    "metadata",
    "severity_id",
    "time",
    "type_uid",
    "cloud",
)


def test_the_page_and_its_files(
    aws_account: AwsAccount, bob: Operator, client_of: Callable[[Operator], Client]
) -> None:
    results(aws_account)
    client = client_of(bob)
    assert "0 of 21 controls pass" in text_of(get(client, "findings_cis"))
    assert "0 of 22 controls pass" in text_of(get(client, "findings_cis", "?version=3.0"))
    assert "1.20" in client.get(f"{address('findings_cis')}?format=csv").getvalue().decode()
    events = json.loads(client.get(f"{address('findings_cis')}?format=ocsf").getvalue())
    assert len(events) == 21
    for each in events:
        assert not [name for name in REQUIRED if name not in each]
        assert each["compliance"]["standards"] == ["CIS AWS Foundations Benchmark 5.0"]
        assert each["type_uid"] == 200301
