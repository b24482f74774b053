"""Drafts of an editor: who sees and ends them, how much is kept for how long, and what vanished."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, AwsAccount, Grant, Operator
from accounts.roles import Role
from iamconsole import retention
from policies import editor_drafts
from policies.models import EditorDraft, ManagedPolicy
from tests.conftest import make_operator
from tests.policies.drafting import LIST, READ, WRITE, ClientOf, Tab, opened, texts
from tests.services.pages import address, get, text_of
from tests.services.rows import make_policy


# ---- Who sees it ---------------------------------------------------------------------------------------------
def test_another_operators_session_never_saves(
    policy: ManagedPolicy, erin: Operator, alice: Operator, client_of: ClientOf
) -> None:
    tab = Tab(client_of(alice), erin, "policy", policy.aws_id, "edit")  # erin's page, alice's session
    assert "Another operator is signed in here now" in tab.save(READ, status=409)
    assert not EditorDraft.objects.exists()


def test_the_id_of_anothers_draft_opens_nothing(
    policy: ManagedPolicy, erin: Operator, alice: Operator, client_of: ClientOf, tab_of: Callable[[Operator], Tab]
) -> None:
    theirs, hers = tab_of(erin), tab_of(alice)
    theirs.save(READ)
    hers.token, hers.name = theirs.token, theirs.name
    hers.save(WRITE)
    assert (texts(erin), texts(alice)) == ([READ], [WRITE])
    pk, client = EditorDraft.objects.get(operator=erin).pk, client_of(alice)
    get(client, "draft", pk=str(pk), status=404)
    for url in (address("draft_choose", pk=str(pk)), f"/drafts/{pk}/discard/"):
        assert client.post(url).status_code == 404
    assert texts(erin) == [READ]


def test_others_see_that_there_is_one_and_not_its_text(
    policy: ManagedPolicy, erin: Operator, alice: Operator, client_of: ClientOf, tab_of: Callable[[Operator], Tab]
) -> None:
    tab_of(erin).save(READ)
    html = opened(client_of(alice), policy)
    assert "Erin has a draft of this, saved just now" in text_of(html)
    assert "s3:GetObject" not in html
    assert "Erin has a draft of this" in text_of(tab_of(alice).save(WRITE))


@pytest.mark.parametrize(("name", "status"), [("bob", 403), ("charlie", 404), ("anton", 403), ("hal", 403)])
def test_who_may_not_edit_saves_nothing(
    policy: ManagedPolicy,
    request: pytest.FixtureRequest,
    tab_of: Callable[[Operator], Tab],
    name: str,
    status: int,
) -> None:
    tab_of(request.getfixturevalue(name)).save(READ, status=status)
    assert not EditorDraft.objects.exists()


def test_who_loses_the_grant_reads_it_no_more(
    policy: ManagedPolicy, erin: Operator, erins: Client, tab_of: Callable[[Operator], Tab]
) -> None:
    tab_of(erin).save(READ)
    pk = EditorDraft.objects.get().pk
    Grant.objects.filter(operator=erin).update(role=Role.VIEWER)
    get(erins, "draft", pk=str(pk), status=403)
    html = erins.get("/drafts/").content.decode()
    assert "you may no longer edit it" in text_of(html)
    assert "s3:GetObject" not in html
    erins.post(f"/drafts/{pk}/discard/")
    assert texts(erin) == []


def test_there_is_no_draft_of_what_is_elsewhere(
    policy: ManagedPolicy, other_account: AwsAccount, erin: Operator, erins: Client
) -> None:
    elsewhere = make_policy(other_account, "theirs")
    for place, aws_id, action in (
        ("policy", elsewhere.aws_id, "edit"),
        ("policy", policy.aws_id, "make-default"),
        ("policy", policy.aws_id, "none"),
        ("cat", policy.aws_id, "edit"),
        ("account", "", "create-user"),
    ):
        Tab(erins, erin, place, aws_id, action).save(READ, status=404)
    assert not EditorDraft.objects.exists()


# ---- How much, how long --------------------------------------------------------------------------------------
def test_a_text_too_long_is_refused_with_a_sentence(erin: Operator, tab_of: Callable[[Operator], Tab]) -> None:
    tab = tab_of(erin)
    tab.save(READ)
    words = tab.save("x" * 1_000_000, status=422)
    assert words.startswith("The text has 1,000,000 characters, and no more than 262,144 are kept.")
    assert texts(erin) == [READ]


def test_a_nul_is_refused_with_a_sentence(erin: Operator, tab_of: Callable[[Operator], Tab]) -> None:
    tab = tab_of(erin)
    assert "NUL character" in tab.save("a\x00b", status=422)
    tab.save(READ, base="v\x001", title="a\x00b", tab="\x00")
    draft = EditorDraft.objects.get()
    assert (draft.base, draft.fields, draft.tab) == ("v1", {"title": "ab"}, "")


def test_no_more_than_so_many_are_kept(
    erin: Operator, tab_of: Callable[[Operator], Tab], monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in (READ, WRITE, LIST):
        tab_of(erin).save(text)
    monkeypatch.setattr(editor_drafts, "MOST_BESIDE", 2)
    assert "choose one of them first" in tab_of(erin).save(READ, status=422)
    monkeypatch.setattr(editor_drafts, "MOST_OF_ONE", 3)
    monkeypatch.setattr(editor_drafts, "MOST_BESIDE", 9)
    assert "discard some of them first" in tab_of(erin).save(READ, status=422)
    assert len(texts(erin)) == 3


def test_it_is_gone_after_thirty_days(erin: Operator, tab_of: Callable[[Operator], Tab]) -> None:
    tab_of(erin).save(READ)
    EditorDraft.objects.update(saved_at=timezone.now() - timedelta(days=29, hours=23))
    assert editor_drafts.forget_old in retention.parts()
    editor_drafts.forget_old()
    assert texts(erin) == [READ]
    EditorDraft.objects.update(saved_at=timezone.now() - timedelta(days=30, minutes=1))
    editor_drafts.forget_old()
    assert texts(erin) == []


def test_it_goes_with_its_operator(aws_account: AwsAccount, tab_of: Callable[[Operator], Tab]) -> None:
    dora = make_operator("Dora", Role.EDITOR, aws_account)
    tab_of(dora).save(READ)
    EditorDraft.objects.get()
    dora.delete()
    assert not EditorDraft.objects.exists()


def test_an_owner_erases_it_without_reading(
    erin: Operator, alices: Client, tab_of: Callable[[Operator], Tab], caplog: pytest.LogCaptureFixture
) -> None:
    tab_of(erin).save(READ)
    html = alices.get("/drafts/").content.decode()
    assert "Erin: Edit reports-write" in text_of(html)
    assert "s3:GetObject" not in html
    alices.post(f"/drafts/{EditorDraft.objects.get().pk}/erase/")
    assert texts(erin) == []
    entry = AuditEntry.objects.get(verb="draft.erased")
    assert entry.data == {"operator": "Erin"}
    assert "GetObject" not in f"{entry.said_name} {entry.data} {entry.texts} {caplog.text}"


def test_only_owners_of_the_aws_account_erase(
    erin: Operator, other_account: AwsAccount, client_of: ClientOf, tab_of: Callable[[Operator], Tab]
) -> None:
    tab_of(erin).save(READ)
    pk = EditorDraft.objects.get().pk
    elsewhere = client_of(make_operator("Otto", Role.OWNER, other_account))
    assert elsewhere.post(f"/drafts/{pk}/erase/").status_code == 404
    assert "Erin" not in elsewhere.get("/drafts/").content.decode()
    assert client_of(erin).post(f"/drafts/{pk}/erase/").status_code == 403
    assert texts(erin) == [READ]


# ---- A policy that vanished ----------------------------------------------------------------------------------
def test_the_draft_of_a_policy_that_vanished_becomes_a_new_one(
    policy: ManagedPolicy, erin: Operator, erins: Client, tab_of: Callable[[Operator], Tab]
) -> None:
    tab = tab_of(erin)
    tab.save(READ)
    policy.gone_at = timezone.now()
    policy.save(update_fields=["gone_at"])
    assert "reports-write is gone from AWS" in text_of(tab.save(WRITE))  # an open page still saves
    html = get(erins, "draft", pk=str(EditorDraft.objects.get().pk))
    assert "reports-write is gone from AWS, so this text can’t be staged there." in text_of(html)
    assert "s3:PutObject" in html
    new = erins.post(address("account_action", action="create-policy"), {"document": WRITE, "view": "json"})
    assert "s3:PutObject" in new.content.decode()
    assert new.status_code == 200


def test_says_who_is_signed_in(erin: Operator, erins: Client) -> None:
    answer: HttpResponse = erins.get("/drafts/session/")  # type: ignore[assignment]
    assert answer.json()["operator"] == str(erin.pk)  # type: ignore[attr-defined]
    assert Client().get("/drafts/session/").status_code == 302


@pytest.mark.servers
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("tabs", "kept"), [(("a", "b", "c", "d"), 4), (("a", "a", "a", "a"), 1)])
def test_of_pages_that_save_at_once_one_has_the_draft(
    policy: ManagedPolicy, erin: Operator, tabs: tuple[str, ...], kept: int
) -> None:
    key = editor_drafts.DraftKey(policy.aws_account, "policy", policy.aws_id, "edit")
    began = Barrier(len(tabs))

    def save(number: int) -> None:
        page = editor_drafts.Page(editor_drafts.Token(), tabs[number], number)
        began.wait()
        try:
            editor_drafts.save(actor=erin, key=key, page=page, typed=editor_drafts.Typed(str(number), {}))
        finally:
            connection.close()

    with ThreadPoolExecutor(len(tabs)) as pages:
        list(pages.map(save, range(len(tabs))))
    rows = EditorDraft.objects.all()
    assert [row.is_beside for row in rows].count(False) == 1
    assert len(rows) == kept
    assert "3" in {row.text for row in rows}  # of one page the last message, whichever came first
