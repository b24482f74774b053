"""From what an editor's text can be begun: it becomes the operator's draft, and nothing else."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AwsAccount, Operator
from identities.models import IamRole
from policies.models import EditorDraft, ManagedPolicy
from sync.models import Change
from tests.conftest import ACCOUNT_ID

NEW = {"place": "account", "action": "create-policy"}
USED = {"bucket": "acme-data", "use": "yes"}


def url_of(name: str, edited: dict[str, str] = NEW, **kwargs: str) -> str:
    return f"{reverse(name, kwargs={'account_id': ACCOUNT_ID, **kwargs})}?{urlencode(edited)}"


@pytest.fixture
def policy(iam: Any, aws_account: AwsAccount) -> dict[str, str]:
    found = ManagedPolicy.objects.live().filter(aws_account=aws_account, is_aws=False).order_by("pk")[0]
    return {"place": "policy", "aws_id": found.aws_id, "action": "edit"}


def test_template_becomes_the_draft(client_of: Any, erin: Operator) -> None:
    client = client_of(erin)
    assert "Read one bucket" in client.get(url_of("document_start")).content.decode()
    url = url_of("document_template", template="read-bucket")
    assert "the name of one bucket" in client.post(url, {"bucket": 'a"b'}).content.decode()
    shown = client.post(url, {"bucket": "acme-data"}).content.decode()
    assert "arn:aws:s3:::acme-data" in shown
    assert not EditorDraft.objects.exists()
    answer = client.post(url, {"bucket": "acme-data", "use": "yes"}, follow=True)
    assert "arn:aws:s3:::acme-data/*" in answer.content.decode()
    [draft] = EditorDraft.objects.all()
    assert (draft.operator, draft.action, draft.place) == (erin, "create-policy", "account")
    assert not Change.objects.exists()


def test_another_policy_keeps_what_was_typed_beside(client_of: Any, erin: Operator, policy: dict[str, str]) -> None:
    client = client_of(erin)
    use = url_of("document_start_use", policy)
    client.post(use, {"from": "blank", "value": "blank"})
    page = client.get(url_of("document_start", {**policy, "from": "policy"})).content.decode()
    arn = page.partition('name="value" value="')[2].partition('"')[0]
    client.post(use, {"from": "policy", "value": arn})
    client.post(use, {"from": "policy", "value": arn})  # once more: nothing is kept twice
    beside, draft = EditorDraft.objects.order_by("pk")
    assert beside.is_beside and not draft.is_beside
    assert draft.base  # so that an edit meanwhile is noticed
    for number in range(7):
        client.post(use, {"from": ("blank", "policy")[number % 2], "value": arn})
    answer = client.post(use, {"from": "blank", "value": "x"}, follow=True).content.decode()
    assert "choose one of them first" in answer


def test_search(client_of: Any, erin: Operator) -> None:
    client = client_of(erin)
    shown = client.get(url_of("document_start", {**NEW, "q": "queue send"})).content.decode()
    assert "Send to one queue" in shown and "Read one bucket" not in shown
    assert "Nothing found" in client.get(url_of("document_start", {**NEW, "q": "‮" * 300})).content.decode()
    assert client.get(url_of("document_start", {**NEW, "from": "nonsense"})).status_code == 200


def test_who_may_not_edit_gets_none(client_of: Any, bob: Operator, alices: Client, policy: dict[str, str]) -> None:
    assert client_of(bob).get(url_of("document_start", policy)).status_code == 403
    assert (
        alices.get(url_of("document_start", {"place": "policy", "aws_id": "ANPA", "action": "edit"})).status_code == 404
    )
    assert alices.get(url_of("document_start", {"place": "user", "aws_id": "x", "action": "rename"})).status_code == 404
    assert alices.get(url_of("document_template", template="nonsense")).status_code == 404
    for sent in (
        {},
        {"from": "policy", "value": "arn:aws:iam::999900009999:policy/x"},
        {"from": "templates", "value": "x"},
    ):
        assert alices.post(url_of("document_start_use", policy), sent).status_code == 404
    assert not EditorDraft.objects.exists()


def test_nothing_is_offered_for_a_trust_policy(client_of: Any, erin: Operator, iam: Any) -> None:
    role = IamRole.objects.live().exclude(path__startswith="/aws").order_by("pk")[0]
    client, edited = client_of(erin), {"place": "role", "aws_id": role.aws_id, "action": "trust"}
    kwargs = {"account_id": ACCOUNT_ID, "aws_id": role.aws_id, "action": "trust"}
    assert "Start from" not in client.get(reverse("role_action", kwargs=kwargs)).content.decode()
    assert client.get(url_of("document_start", edited)).status_code == 404
    assert client.post(url_of("document_template", edited, template="read-bucket"), USED).status_code == 404


@pytest.mark.parametrize(
    "edited", [{"place": "guard_rail", "action": "own"}, {"place": "account", "action": "create-scp"}]
)
def test_no_template_begins_what_only_denies(client_of: Any, olga: Operator, iam: Any, edited: dict[str, str]) -> None:
    olgas = client_of(olga)
    assert olgas.get(url_of("document_start", edited)).status_code == 404
    assert olgas.post(url_of("document_template", edited, template="read-bucket"), USED).status_code == 404
    assert not EditorDraft.objects.exists()
