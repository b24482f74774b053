"""The trail says from which address what was done was caused, also where a worker does it; and a pull is one entry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import audit
from accounts.models import AuditEntry, AwsAccount, Operator
from policies.operations import plan_update
from sync import pull
from sync.models import Change, Run
from tests.conftest import ACCOUNT_ID
from tests.services.changing import propose, worked
from tests.services.statements import reports_policy
from tests.services.world import World

pytestmark = pytest.mark.django_db
HERE = "198.51.100.7"
ClientOf = Callable[..., Client]


def addresses(*, verb: str = "") -> set[tuple[str, str | None]]:
    return set(AuditEntry.objects.filter(verb__startswith=verb).values_list("verb", "address"))


def test_what_a_worker_does_was_caused_from_where_somebody_applied_it(
    world: World, alice: Operator, client_of: ClientOf
) -> None:
    change = propose(world.aws_account, alice, plan_update(world.policy(), reports_policy("s3:GetObject")))
    where = reverse("change_apply", kwargs={"account_id": ACCOUNT_ID, "pk": change.pk})
    client_of(alice).post(where, REMOTE_ADDR=HERE)
    assert audit.address() is None
    assert worked(change).state == Change.State.APPLIED
    described = addresses()
    assert {("change.apply_asked", HERE), ("step.done", HERE), ("change.applied", HERE)} <= described
    assert audit.address() is None


def test_a_pull_of_everything_is_one_entry_with_the_address(
    aws_account: AwsAccount, alice: Operator, client_of: ClientOf
) -> None:
    client_of(alice).post(reverse("pull_now", kwargs={"account_id": ACCOUNT_ID}), REMOTE_ADDR=HERE)
    started = Run.objects.count()
    assert started > 10
    entry = AuditEntry.objects.get(verb__startswith="pull.")
    assert (entry.verb, entry.address, entry.data["sources"]) == ("pull.all_started", HERE, started)
    client_of(alice).post(reverse("pull_now", kwargs={"account_id": ACCOUNT_ID}))  # all of them are under way
    assert AuditEntry.objects.filter(verb__startswith="pull.").count() == 1


def test_a_pull_of_one_source_has_the_address(aws_account: AwsAccount, alice: Operator, client_of: ClientOf) -> None:
    where = reverse("pull_now", kwargs={"account_id": ACCOUNT_ID})
    client_of(alice).post(where, {"source": "iam.details"}, REMOTE_ADDR=HERE)
    assert addresses(verb="pull.") == {("pull.started", HERE)}


def test_nobodys_doings_have_none(aws_account: AwsAccount, alice: Operator) -> None:
    pull.start(aws_account=aws_account, trigger=Run.Trigger.OPERATOR, actor=alice)
    assert addresses(verb="pull.") == {("pull.started", None)}


def test_one_request_is_not_the_cause_of_the_next(aws_account: AwsAccount, alice: Operator, client_of: Any) -> None:
    client_of(alice).get("/accounts/", REMOTE_ADDR=HERE)
    assert audit.address() is None
