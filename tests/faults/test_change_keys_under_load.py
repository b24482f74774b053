"""All three keys are replaced while operators sign in, workers open what is sealed and processes write the trail.

`reseal` is killed in the middle. In the end only the new keys are given: no secret is lost, nothing breaks the trail.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts import audit, keys
from accounts.audit.changing_key import change_key
from accounts.audit.check import look_through
from accounts.models import AuditEntry, Operator
from iamconsole.sealing import key_names, sealed_under
from sync import changes, sealed
from sync.models import Change, SealedSecret
from sync.operations import StepSpec
from tests.accounts.conftest import PASSWORD, totp_code, use_totp
from tests.conftest import make_operator, wait_until
from tests.faults import children
from tests.services.changing import is_in, propose
from tests.services.workers import Worker
from tests.services.world import World

pytestmark = [pytest.mark.stack, pytest.mark.django_db(transaction=True)]

SECRET, AUDIT, SEAL = (f"the new {name} of the console and long enough for production" for name in ("A", "B", "C"))
OPERATORS, WRITERS, ENTRIES, CHANGES, WAITING = 8, 3, 40, 6, 300

audit.register({"test.done": "did {what} to {object}"})


@pytest.fixture
def operators() -> list[Operator]:
    made = [make_operator(f"operator{number}", None, None) for number in range(OPERATORS)]
    for each in made:
        use_totp(each)
    return made


@pytest.fixture
def waiting(world: World, erin: Operator) -> list[str]:
    """References of what operators typed, and which waits."""
    return [
        sealed.keep_typed(f"Typed-{number}", name="Password", aws_account=world.aws_account, operator=erin)
        for number in range(WAITING)
    ]


@pytest.fixture
def planned(world: World, erin: Operator) -> list[Change]:
    """Changes that give users a password, which stands sealed until it is sent."""
    made = []
    for number in range(CHANGES):
        typed = sealed.keep_typed(
            f"Correct-Horse-{number}", name="Password", aws_account=world.aws_account, operator=erin
        )
        user = world.user(f"user{number}")
        steps = [StepSpec("iam.login.create", {"arn": user.arn, "password": typed})]
        made.append(propose(world.aws_account, erin, steps))
    return made


def given(settings: Any) -> dict[str, str]:
    """The keys as the environment of another process has them."""
    return {
        "SECRET_KEY": settings.SECRET_KEY,
        "SECRET_KEY_FALLBACKS": ",".join(settings.SECRET_KEY_FALLBACKS),
        "AUDIT_KEY": settings.AUDIT_KEY,
        "AUDIT_KEY_FALLBACKS": ",".join(settings.AUDIT_KEY_FALLBACKS),
        "SEAL_KEYS": "\n".join(settings.SEAL_KEYS),
    }


def put_new_keys_first(settings: Any) -> None:
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], SECRET
    settings.AUDIT_KEY_FALLBACKS, settings.AUDIT_KEY = [settings.AUDIT_KEY], AUDIT
    settings.SEAL_KEYS = [SEAL, *settings.SEAL_KEYS]


def take_old_keys_out(settings: Any) -> None:
    settings.SECRET_KEY_FALLBACKS, settings.AUDIT_KEY_FALLBACKS, settings.SEAL_KEYS = [], [], [SEAL]


def sign_in(operator_id: int) -> None:
    client, operator = Client(), Operator.objects.get(pk=operator_id)
    client.post(reverse("account_login"), {"login": operator.email, "password": PASSWORD})
    assert client.post(reverse("mfa_authenticate"), {"code": totp_code()}).status_code == 302
    assert client.session["_auth_user_id"] == str(operator.pk)


def write_the_trail(number: int) -> None:
    for each in range(ENTRIES):
        audit.record("test.done", actor=None, actor_name=f"writer {number}", data={"what": str(each)})
        audit.seal()


def old_and_new() -> tuple[int, int]:
    """How many secrets are sealed under the former key, and how many under the new one."""
    names = [sealed_under(bytes(blob).decode()) for blob in SealedSecret.objects.values_list("blob", flat=True)]
    new = names.count(key_names()[0])
    return len(names) - new, new


def killed_in_the_middle_of_resealing(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as slowly:
        slowly.setattr(sealed, "_TOGETHER", 10)
        slowly.setattr("django.conf.settings.PULL_BREATH_S", 0.2)
        resealing_now = children.start(0, work=lambda _: call_command("reseal"))
        wait_until(lambda: old_and_new()[1] >= 10)
        os.kill(resealing_now, signal.SIGKILL)
        assert os.WIFSIGNALED(os.waitpid(resealing_now, 0)[1])


def test_keys_are_replaced_under_load_and_nothing_is_lost(
    operators: list[Operator],
    waiting: list[str],
    planned: list[Change],
    erin: Operator,
    worker: Callable[..., Worker],
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keys.at_start()
    before = Client()
    before.force_login(erin)
    put_new_keys_first(settings)
    assert keys.at_start() == []
    sent, workers = planned[: CHANGES // 2], [worker(**given(settings)) for _ in range(2)]

    running = [children.start(number, work=write_the_trail) for number in range(WRITERS)]
    running += [children.start(each.pk, work=sign_in) for each in operators[: OPERATORS // 2]]
    for change in sent:
        changes.apply(change=change, actor=erin)
    killed_in_the_middle_of_resealing(monkeypatch)
    left, _ = old_and_new()
    assert left > 0, "it was killed too late"
    running.append(children.start(0, work=lambda _: change_key(reason="Under load.")))
    second = children.start(0, work=lambda _: call_command("reseal"))  # may leave what is written meanwhile
    assert [children.ended(pid) for pid in running] == [True] * len(running)
    children.ended(second)
    for change in sent:
        wait_until(partial(is_in, change, Change.State.APPLIED))
    call_command("reseal")  # exit status 0: nothing is left under the former key
    assert before.get(reverse("mfa_index")).status_code == 200  # still signed in, by the former SECRET_KEY
    for each in workers:
        each.kill()

    take_old_keys_out(settings)
    assert keys.at_start() == []
    worker(**given(settings))
    for change in planned[CHANGES // 2 :]:
        changes.apply(change=change, actor=erin)
        wait_until(partial(is_in, change, Change.State.APPLIED))
    assert all(children.ended(children.start(each.pk, work=sign_in)) for each in operators[OPERATORS // 2 :])
    rows = SealedSecret.objects.filter(reference__in=waiting)
    assert sorted(sealed._open(row).open() for row in rows) == sorted(f"Typed-{number}" for number in range(WAITING))
    audit.seal()
    problems, [note] = look_through()
    assert problems == []
    assert "were sealed under a key that isn't given" in note
    written = AuditEntry.objects.filter(verb="test.done", number__isnull=False).count()
    assert written == WRITERS * ENTRIES
    assert AuditEntry.objects.filter(verb="audit.key_changed").count() == 1
