"""`manage.py reseal`, and what `manage.py doctor` says of keys: older ones can be taken out without losing anything."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from accounts import keys, resealing
from accounts.models import AwsAccount, Operator
from cognito.people.operations.attributes import as_params
from cognito.people.operations.base import on_person
from iamconsole.sealing import key_names, mark_of
from notifications.models import NotificationRoute
from notifications.services import make_route
from sync import changes, sealed
from sync.calls import revealed
from sync.changes import guards
from sync.doctor import keys as doctor_keys
from sync.models import Change
from sync.operations import StepSpec
from tests.accounts.conftest import use_totp
from tests.cognito.rows import make_person, make_pool
from tests.services.changing import propose
from tests.services.rows import make_user

pytestmark = pytest.mark.django_db
NEW = "a new key of the ring, long enough for production"


def run() -> tuple[int, str]:
    printed = io.StringIO()
    try:
        call_command("reseal", stdout=printed)
    except SystemExit as end:
        return int(end.code or 0), printed.getvalue()
    return 0, printed.getvalue()


def of_keys() -> list[tuple[bool, str, str]]:
    found = [*doctor_keys.check_given(), *doctor_keys.check_that_keys_belong()]
    return [(each.ok, each.detail, each.what_to_do) for each in found if "set" not in each.detail]


@pytest.fixture
def about_ada(aws_account: AwsAccount, erin: Operator, anton: Operator) -> Change:
    """A plan with her new address, approved."""
    ada = make_person(make_pool(aws_account), "ada", attributes={"email": "ada@acme.example"})
    values = as_params(ada.aws_id, {"email": "ada.new@acme.example"}, ["email"])
    AwsAccount.objects.update(approvals_required=1)
    aws_account.refresh_from_db()
    change = propose(aws_account, erin, [on_person(ada, "cognito.user.attributes.set", **values)])
    Change.objects.filter(pk=change.pk).update(approvals_required=1, is_care=False)
    changes.approve(change=change, actor=anton, comment="")
    change.refresh_from_db()
    return change


@pytest.fixture
def everything(about_ada: Change, aws_account: AwsAccount, alice: Operator, erin: Operator) -> Change:
    """A second factor, a secret of a change, a route and personal texts, all under the first key. The change with the
    secret.
    """
    assert keys.at_start() == []
    use_totp(alice)
    route = NotificationRoute(aws_account=aws_account, name="Team", channel=NotificationRoute.Channel.WEBHOOK)
    make_route(route=route, address="https://hooks.example.org/a", actor=alice)
    reference = sealed.keep_typed("Correct-Horse-9", name="Password", aws_account=aws_account, operator=erin)
    user = make_user(aws_account)
    return propose(aws_account, erin, [StepSpec("iam.login.create", {"arn": user.arn, "password": reference})])


def test_an_older_key_can_be_taken_out(everything: Change, about_ada: Change, settings: Any) -> None:
    old = settings.SEAL_KEYS[0]
    settings.SEAL_KEYS = [NEW, old]
    assert keys.at_start() == []
    [_, (ok, detail, what_to_do)] = of_keys()
    sealed_texts = (
        "2 addresses and secrets of notifications, 1 plans with personal texts, 1 second factors, 1 secrets of changes"
    )
    assert (ok, sealed_texts in detail) == (True, True)
    assert "manage.py reseal" in what_to_do
    status, said = run()
    assert status == 0
    assert f"Sealed again: {sealed_texts}." in said
    assert "It can be taken out of SEAL_KEYS." in said
    settings.SEAL_KEYS = [NEW]
    assert keys.at_start() == []
    assert keys.known_seal_keys() == key_names()
    with sealed.sending(everything):
        assert sealed.open_typed(everything.steps.get().params["password"]).open() == "Correct-Horse-9"
    step = about_ada.steps.get()
    assert revealed(step.params["attributes"]["email"]).open() == "ada.new@acme.example"
    assert revealed(step.before["attributes"]["email"]).open() == "ada@acme.example"


def test_what_was_approved_stays_approved(everything: Change, about_ada: Change, erin: Operator, settings: Any) -> None:
    settings.SEAL_KEYS = [NEW, *settings.SEAL_KEYS]
    run()
    change = Change.objects.get(pk=about_ada.pk)
    assert change.digest != about_ada.digest
    against = guards.objection(change, erin)
    assert against is None, against.sentence


def test_a_plan_that_was_altered_stays_one(
    everything: Change, about_ada: Change, erin: Operator, settings: Any
) -> None:
    step = about_ada.steps.get()
    step.params["said"] = "Something else."
    step.save()
    settings.SEAL_KEYS = [NEW, *settings.SEAL_KEYS]
    run()
    against = guards.objection(Change.objects.get(pk=about_ada.pk), erin)
    assert against is not None
    assert "altered" in against.sentence


def test_what_needs_a_key_that_is_gone_is_said(everything: Change, settings: Any) -> None:
    gone = key_names()[0]
    settings.SEAL_KEYS = [NEW, *settings.SEAL_KEYS]
    keys.at_start()
    settings.SEAL_KEYS = [NEW]
    status, said = run()
    assert status == 1
    assert f"Key {gone}, which isn't in SEAL_KEYS" in said
    assert "Give it back as the last one of SEAL_KEYS" in said
    assert [each.ok for each in doctor_keys.check_that_keys_belong() if each.name == "older seal key"] == [False]
    assert resealing.under_older_keys()[0].counts.total() == 5


def test_what_waits_in_the_middle_is_sealed_again_and_what_is_applied_now_isnt(
    about_ada: Change, settings: Any
) -> None:
    settings.SEAL_KEYS = [NEW, *settings.SEAL_KEYS]
    Change.objects.filter(pk=about_ada.pk).update(state=Change.State.APPLYING)
    status, said = run()
    assert (status, "1 plans with personal texts need it" in said) == (1, True)
    Change.objects.filter(pk=about_ada.pk).update(state=Change.State.WAITING)
    assert run()[0] == 0


def test_a_text_that_only_looks_sealed_needs_no_key(about_ada: Change, settings: Any) -> None:
    step = about_ada.steps.get()
    looks_so = [f"{mark_of(name)}x" for name in (key_names()[0], "0123456789abcdef")]
    step.params |= {"said": looks_so, "note": f"As in {step.params['attributes']['email']}."}
    step.save()
    settings.SEAL_KEYS = [NEW, *settings.SEAL_KEYS]
    assert run()[0] == 0


def test_a_kind_that_fails_stops_no_other_and_is_said(
    everything: Change, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """A row that a trigger of the database protects: the kind comes before others."""
    old = key_names()[0]
    settings.SEAL_KEYS = [NEW, *settings.SEAL_KEYS]
    keys.at_start()
    with refusing_updates("notifications_notificationroute"):
        status, said = run()
    assert status == 1
    assert "Sealed again: 1 plans with personal texts, 1 second factors, 1 secrets of changes." in said
    assert "Not all addresses and secrets of notifications were sealed again: IntegrityError" in capsys.readouterr().err
    assert old in keys.known_seal_keys()
    status, said = run()
    assert (status, old in keys.known_seal_keys()) == (0, False)


@contextmanager
def refusing_updates(table: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        refusal = f"BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, 'refused'); END"
        cursor.execute(f"CREATE TRIGGER refusing {refusal}")
        yield
        cursor.execute("DROP TRIGGER refusing")
