"""Who did it, on the pages of drift and history: to whom it says what, what can be asked, what can be erased."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, AwsAccount, Grant, Operator
from emulator.process import Emulator
from identities.models import IamGroup
from sync.activity import people, questions, work
from sync.models import Authorship, Change, Revision, Step, TrailEvent
from tests.services.pages import address, exported, get, text_of
from tests.services.pulling import pulled
from tests.services.statements import allowing, trusting
from tests.services.trail import asked

pytestmark = pytest.mark.django_db

ClientOf = Callable[..., Client]
TRUST = trusting({"AWS": "arn:aws:iam::123456789012:root"}, ["sts:AssumeRole", "sts:SetSourceIdentity"])
ROLE = "arn:aws:iam::123456789012:role/deployer"


@pytest.fixture
def iam_of_role(iam: Any, emulator: Emulator) -> Callable[..., Any]:
    """IAM's client of a session of the role deployer, which may do all."""
    iam.create_role(RoleName="deployer", AssumeRolePolicyDocument=TRUST)
    iam.put_role_policy(RoleName="deployer", PolicyName="all", PolicyDocument=allowing("*"))

    def begin(session: str, person: str = "") -> Any:
        more = {"SourceIdentity": person} if person else {}
        keys = emulator.client("sts").assume_role(RoleArn=ROLE, RoleSessionName=session, **more)["Credentials"]
        return emulator.client(
            "iam",
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
        )

    return begin


@pytest.fixture
def drifted(iam_of_role: Callable[..., Any], aws_account: AwsAccount) -> Revision:
    """dana made the group auditors, by a session of the role deployer."""
    pulled(aws_account)
    Revision.objects.update(origin=Revision.Origin.IMPORT, drift_in=None)
    iam_of_role("build-7", "dana@acme.example").create_group(GroupName="auditors")
    pulled(aws_account)
    asked(aws_account)
    return Revision.objects.get(drift_in=aws_account)


def test_who_may_see_people_sees_who_did_it_from_where_and_with_what(
    drifted: Revision, alice: Operator, client_of: ClientOf
) -> None:
    client = client_of(alice)
    listed = text_of(get(client, "drift"))
    assert "By role deployer, session build-7, for dana@acme.example, from 127.0.0.1, with Boto3." in listed
    page = text_of(get(client, "drift_one", pk=str(drifted.pk)))
    event = TrailEvent.objects.get()
    assert "Role deployer called CreateGroup" in page
    assert "dana@acme.example" in page
    assert event.event_id in page
    assert event.request_id in page
    feed = client.get(address("drift_feed")).content.decode()
    assert "session build-7" in feed
    group = IamGroup.objects.get(name="auditors")
    assert "By role deployer, session build-7" in text_of(get(client, "group_history", aws_id=group.aws_id))


def test_who_may_not_see_people_is_told_the_role_alone(drifted: Revision, bob: Operator, client_of: ClientOf) -> None:
    client = client_of(bob)
    group = IamGroup.objects.get(name="auditors")
    pages = [
        get(client, "drift"),
        get(client, "drift_one", pk=str(drifted.pk)),
        get(client, "group_history", aws_id=group.aws_id),
        client.get(address("drift_feed")).content.decode(),
        exported(client.get(address("drift") + "?format=csv")),
        exported(client.get(address("drift") + "?format=json")),
    ]
    for page in pages:
        assert "role deployer" in page.lower()
        for personal in ("build-7", "dana@acme.example", "127.0.0.1"):
            assert personal not in page
    assert "shown to those who may see people" in pages[1]


def test_files_have_people_for_who_may_export_them(
    drifted: Revision, erin: Operator, anton: Operator, client_of: ClientOf
) -> None:
    said = "role deployer, session build-7, for dana@acme.example, from 127.0.0.1, with Boto3"
    assert said in exported(client_of(erin).get(address("drift") + "?format=csv"))
    assert "build-7" not in exported(client_of(anton).get(address("drift") + "?format=csv"))  # he sees them on pages
    assert "build-7" in get(client_of(anton), "drift")


def test_cloudtrail_is_asked_by_hand(
    iam: Any, aws_account: AwsAccount, erin: Operator, bob: Operator, client_of: ClientOf
) -> None:
    iam.create_group(GroupName="auditors")
    pulled(aws_account)
    revision = Revision.objects.get(drift_in=aws_account)
    here = address("drift_ask", pk=str(revision.pk))
    assert client_of(bob).post(here).status_code == 403
    assert "Ask CloudTrail" not in get(client_of(bob), "drift_one", pk=str(revision.pk))
    client = client_of(erin)
    assert "Ask CloudTrail" in get(client, "drift_one", pk=str(revision.pk))
    assert "CloudTrail is being asked." in client.post(here, follow=True).content.decode()
    work.ask(aws_account.pk)
    assert "User emulator called CreateGroup" in text_of(get(client, "drift_one", pk=str(revision.pk)))


def test_what_is_missing_to_ask_is_said(
    iam: Any, aws_account: AwsAccount, emulator: Emulator, bob: Operator, client_of: ClientOf
) -> None:
    iam.create_group(GroupName="auditors")
    pulled(aws_account)
    emulator.rules(
        [{"action": "LookupEvents", "when": "before", "error": {"code": "AccessDeniedException", "status": 400}}]
    )
    asked(aws_account)
    page = get(client_of(bob), "drift_one", pk=str(Revision.objects.get(drift_in=aws_account).pk))
    assert "CloudTrail could not be asked." in page
    assert "&quot;cloudtrail:LookupEvents&quot;" in page
    assert "the console may not ask CloudTrail" in text_of(get(client_of(bob), "drift"))


def test_an_owner_erases_who_it_was(
    drifted: Revision, aws_account: AwsAccount, alice: Operator, erin: Operator, client_of: ClientOf
) -> None:
    here = address("drift_doer_erase", pk=str(drifted.pk))
    assert client_of(erin).post(here).status_code == 403
    client = client_of(alice)
    assert "were erased." in client.post(here, follow=True).content.decode()
    page = get(client, "drift_one", pk=str(drifted.pk))
    assert "Role deployer" in page
    assert "The session, person and address were erased." in page
    for personal in ("build-7", "dana@acme.example", "127.0.0.1"):
        assert personal not in page
    entry = AuditEntry.objects.get(verb="doer.erased")
    assert "dana" not in str(entry.data)
    Authorship.objects.update(state=Authorship.State.WAITING)
    questions.ask_now(drifted)
    work.ask(aws_account.pk)
    assert "build-7" not in get(client, "drift_one", pk=str(drifted.pk))  # asked again, it stays erased


# ---- Our own role --------------------------------------------------------------------------------------------
def test_a_write_with_our_role_which_is_none_of_ours_is_said(
    drifted: Revision, aws_account: AwsAccount, iam_of_role: Callable[..., Any], bob: Operator, client_of: ClientOf
) -> None:
    aws_account.write_role_arn = ROLE
    aws_account.save()
    iam_of_role("change-7-erin@example.org").create_group(GroupName="backdoor")  # there is no such change
    pulled(aws_account)
    asked(aws_account)
    revision = Revision.objects.get(drift_in=aws_account, content__name="backdoor")
    page = text_of(get(client_of(bob), "drift_one", pk=str(revision.pk)))
    assert "made with the console’s role to write, and by no change of this console" in page


def test_our_own_write_is_known_by_its_request_id(
    drifted: Revision, aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    """It was seen as drift, since the mirror was older: the page says that it was this console."""
    change = Change.objects.create(
        aws_account=aws_account, requested_by=erin, title="Make the group", expires_at=timezone.now()
    )
    step = Step.objects.create(change=change, position=1, kind="iam.group.create", params={})
    event = TrailEvent.objects.get()
    step.attempts.create(number=1, request_id=event.request_id)
    event.delete()
    questions.ask_now(drifted)
    work.ask(aws_account.pk)
    assert f"By this console, change {change.pk}" in text_of(get(client_of(erin), "drift"))


# ---- Sessions of Identity Center -----------------------------------------------------------------------------
def test_sessions_of_identity_center_are_for_who_may_see_its_people(
    drifted: Revision,
    aws_account: AwsAccount,
    other_account: AwsAccount,
    erin: Operator,
    client_of: ClientOf,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its people are in the mirror of another AWS account, of which erin may see none."""
    monkeypatch.setattr(people, "_holders", [lambda asked: [other_account]])
    TrailEvent.objects.update(called="AWSReservedSSO_AdministratorAccess_1234567890abcdef")
    assert "build-7" not in get(client_of(erin), "drift")
    assert "build-7" not in exported(client_of(erin).get(address("drift") + "?format=csv"))
    Grant.objects.create(operator=erin, aws_account=other_account, role="editor")
    assert "build-7" in get(client_of(erin), "drift")


def test_a_person_behind_a_call_is_named_by_identity_center(
    drifted: Revision, alice: Operator, bob: Operator, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "_namers", [lambda held_by, ids: dict.fromkeys(ids, "Dana Okafor")])
    TrailEvent.objects.update(doer="person", called="", personal='{"person_id": "u-1"}')
    assert "By Dana Okafor" in text_of(get(client_of(alice), "drift"))
    assert "By a person of Identity Center" in text_of(get(client_of(bob), "drift"))


def test_a_person_of_identity_center_is_named_to_who_may_see_its_people_only(
    drifted: Revision,
    other_account: AwsAccount,
    erin: Operator,
    client_of: ClientOf,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also where a role of another name made the call for them. Its people are held where erin may see none."""
    monkeypatch.setattr(people, "_holders", [lambda asked: [other_account]])
    monkeypatch.setattr(people, "_namers", [lambda held_by, ids: dict.fromkeys(ids, "Dana Okafor")])
    TrailEvent.objects.update(personal='{"person_id": "u-1"}')
    assert "Okafor" not in get(client_of(erin), "drift")
    assert "Okafor" not in exported(client_of(erin).get(address("drift") + "?format=csv"))
    Grant.objects.create(operator=erin, aws_account=other_account, role="editor")
    assert "for Dana Okafor" in text_of(get(client_of(erin), "drift"))


def test_people_of_a_page_are_named_by_one_question(
    drifted: Revision, aws_account: AwsAccount, iam: Any, alice: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    iam.create_group(GroupName="writers")
    pulled(aws_account)
    asked(aws_account)
    for number, event in enumerate(TrailEvent.objects.order_by("pk")):
        TrailEvent.objects.filter(pk=event.pk).update(personal=json.dumps({"person_id": f"u-{number}"}))
    questions_of_names: list[list[str]] = []

    def name(held_by: Any, ids: Any) -> dict[str, str]:
        questions_of_names.append(sorted(ids))
        return {}

    monkeypatch.setattr(people, "_namers", [name])
    drift = Revision.objects.filter(drift_in=aws_account).values_list("pk", flat=True)
    people.authorships(alice, aws_account, drift)
    assert questions_of_names == [["u-0", "u-1"]]


# ---- What nobody asks about ----------------------------------------------------------------------------------
def test_of_an_imported_account_and_of_old_drift_nobody_is_said_to_be_asked(
    iam: Any, aws_account: AwsAccount, alice: Operator, client_of: ClientOf
) -> None:
    iam.create_group(GroupName="auditors")
    pulled(aws_account)
    revision = Revision.objects.get(drift_in=aws_account)
    client = client_of(alice)

    def told() -> list[str]:
        return [text_of(get(client, "drift")), text_of(get(client, "drift_one", pk=str(revision.pk)))]

    for page in told():
        assert "late by up to 20 minutes" in page
    Revision.objects.filter(pk=revision.pk).update(seen_at=timezone.now() - timedelta(days=91))
    for page in told():
        assert "late by up to 20 minutes" not in page
        assert "90 days" in page
    Revision.objects.filter(pk=revision.pk).update(seen_at=timezone.now())
    aws_account.connection = AwsAccount.Connection.SNAPSHOT
    aws_account.save()
    for page in told():
        assert "late by up to 20 minutes" not in page
        assert "was imported from a file" in page
