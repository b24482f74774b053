"""Saved tests and questions of four AWS accounts: who may see one of them is told of that one alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from access.saved_tests.content import DENIED, KIND, TestContent
from access.saved_tests.results import run_and_keep
from access.simulation.directory import Directory
from access.simulation.question import SimulationQuestion
from access.simulation.saving import save_named
from access.simulation.supposing import live_state
from accounts.models import AccountLabel, AwsAccount, Operator
from sync.models import SafeguardVersion
from sync.safeguards import labels, services
from sync.safeguards.scopes import Scope
from sync.safeguards.services import Wanted
from tests.access.mirrored import user
from tests.estate.conftest import Estate
from tests.services.pages import get, text_of
from tests.services.rows import join, make_group
from tests.services.statements import allow

ClientOf = Callable[[Operator], Client]
OTHERS = (0, 2, 3)  # those of the four that charlie may not see


def asking(principal: str) -> SimulationQuestion:
    return SimulationQuestion((principal,), ("iam:ListUsers",), as_read=True)


def saved(
    scope: Scope, actor: Operator, name: str, principal: str, directory: Directory | None = None
) -> SafeguardVersion:
    content = TestContent.of(asking(principal), DENIED, directory)
    return services.make(kind=KIND, scope=scope, actor=actor, wanted=Wanted(name, content.as_json(), False))


@pytest.fixture
def label(estate: Estate, olga: Operator) -> AccountLabel:
    return labels.make(actor=olga, name="production", aws_accounts=list(estate.accounts))


@pytest.fixture
def of_each(estate: Estate, olga: Operator, label: AccountLabel) -> list[SafeguardVersion]:
    """A test of each AWS account that somebody there breaks, and one of the label, which they break, too: all run."""
    found = []
    everywhere = saved(label, olga, "nobody lists users", "group/insiders")
    for number, each in enumerate(estate.accounts):
        join(user(each, f"insider-{number}", allow("iam:ListUsers")), make_group(each, "insiders"))
        state = live_state(each)
        own = saved(each, olga, f"own-{number}", f"user/insider-{number}", directory=state.directory)
        run_and_keep([own, everywhere], state)
        found.append(own)
        save_named(aws_account=each, actor=olga, question=asking(f"user/insider-{number}"), name=f"question-{number}")
    return [*found, everywhere]


def tells_of(page: str, number: int, aws_account: AwsAccount) -> bool:
    told = (f"insider-{number}", f"own-{number}", f"question-{number}", f"/aws/{aws_account.account_id}/")
    return any(each in page for each in told)


def test_charlie_is_told_of_the_tests_of_one_aws_account(
    estate: Estate, label: AccountLabel, of_each: list[SafeguardVersion], client_of: ClientOf
) -> None:
    client, *_, everywhere = client_of(estate.charlie), *of_each
    number = estate.seen.account_id
    listed = get(client, "access_tests", account_id=number)
    assert "own-1" in listed and "nobody lists users" in listed
    own = get(client, "access_test", account_id=number, pk=of_each[1].safeguard_id)
    assert "insider-1 may do iam:ListUsers" in text_of(own)
    of_label = get(client, "access_test", account_id=number, pk=everywhere.safeguard_id)
    questions = get(client, "simulate", account_id=number)
    assert "question-1" in questions
    for other in OTHERS:
        for page in (listed, own, of_label, questions):
            assert not tells_of(page, other, estate.accounts[other])


def test_charlie_gets_to_no_test_of_the_others(
    estate: Estate, label: AccountLabel, of_each: list[SafeguardVersion], client_of: ClientOf, olga: Operator
) -> None:
    client, everywhere = client_of(estate.charlie), of_each[-1]
    for other in OTHERS:
        number, pk = estate.accounts[other].account_id, of_each[other].safeguard_id
        get(client, "access_tests", account_id=number, status=404)
        get(client, "access_test", account_id=number, pk=pk, status=404)
        get(client, "access_test", account_id=number, pk=everywhere.safeguard_id, status=404)
        get(client, "access_test", account_id=estate.seen.account_id, pk=pk, status=404)
    url = f"/labels/{label.pk}/tests/{everywhere.safeguard_id}/"
    assert client.get(url).status_code == 403
    assert "insider-0 may do iam:ListUsers" in text_of(client_of(olga).get(url).content.decode())
