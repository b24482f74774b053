"""Drafts: what is typed is on the server, is its operator's alone, and no older page takes the place of a newer one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils.html import escape

from accounts.models import AwsAccount, Operator
from policies.models import EditorDraft, ManagedPolicy
from sync.models import Change
from tests.policies.drafting import LIST, READ, WRITE, Tab, opened, texts
from tests.services.pages import address, get, text_of
from tests.services.rows import make_role, make_user


# ---- Saving and finding it again -----------------------------------------------------------------------------
def test_it_is_there_when_the_editor_is_opened_again(
    policy: ManagedPolicy, erin: Operator, erins: Client, tab_of: Callable[[Operator], Tab]
) -> None:
    assert "Draft, saved" in text_of(tab_of(erin).save(READ, title="Read too"))
    html = opened(erins, policy)
    assert "s3:GetObject" in html
    assert 'value="Read too"' in html
    assert "Draft, saved" in text_of(html)


def test_what_is_no_document_is_kept_to_the_letter(
    policy: ManagedPolicy, erin: Operator, erins: Client, tab_of: Callable[[Operator], Tab]
) -> None:
    typed = '{"Version": "2012-10-17", "Statement": [ ]}'
    tab_of(erin).save(typed)
    assert texts(erin) == [typed]
    assert f"\n{escape(typed)}</textarea>" in opened(erins, policy)


def test_staging_discards_it(
    policy: ManagedPolicy, erin: Operator, erins: Client, tab_of: Callable[[Operator], Tab]
) -> None:
    tab = tab_of(erin)
    tab.save(READ)
    sent = {"document": READ, "base": "v1", "draft": tab.token}
    erins.post(address("policy_action", aws_id=policy.aws_id, action="edit"), sent)
    assert Change.objects.count() == 1
    assert texts(erin) == []


def test_a_refused_proposal_keeps_it(
    policy: ManagedPolicy, erin: Operator, erins: Client, tab_of: Callable[[Operator], Tab]
) -> None:
    tab = tab_of(erin)
    tab.save("{")
    url = address("policy_action", aws_id=policy.aws_id, action="edit")
    answer = erins.post(url, {"document": "{ ", "base": "v1", "draft": tab.token})
    assert answer.status_code == 422
    assert f'name="draft" value="{tab.token}"' in answer.content.decode()
    assert texts(erin) == ["{"]


def test_without_script_a_button_saves_it(policy: ManagedPolicy, erin: Operator, erins: Client) -> None:
    url = address("policy_action", aws_id=policy.aws_id, action="edit")
    answer = erins.post(url, {"document": READ, "base": "v1", "keep": "draft"})
    assert answer.status_code == 200
    assert texts(erin) == [READ]
    token = answer.content.decode().partition('name="draft" value="')[2].partition('"')[0]
    erins.post(url, {"document": WRITE, "base": "v1", "keep": "draft", "draft": token})
    assert texts(erin) == [WRITE]


def test_says_what_changed_since_it_began(
    policy: ManagedPolicy, erin: Operator, erins: Client, tab_of: Callable[[Operator], Tab]
) -> None:
    tab_of(erin).save(READ, base="v0")
    html = opened(erins, policy)
    assert "Version v1 came into force since you began this draft with v0." in text_of(html)
    assert 'name="base" value="v1"' in html


@pytest.mark.parametrize(
    ("place", "action", "part"),
    [
        ("policy", "new-version", ""),
        ("user", "inline", ""),
        ("user", "inline", "own-keys"),
        ("role", "trust", ""),
        ("account", "create-policy", ""),
        ("account", "create-role-json", ""),
    ],
)
def test_each_editor_has_its_own(
    aws_account: AwsAccount, policy: ManagedPolicy, erin: Operator, erins: Client, place: str, action: str, part: str
) -> None:
    rows = {"policy": policy, "user": make_user(aws_account), "role": make_role(aws_account)}
    aws_id = rows[place].aws_id if place in rows else ""
    Tab(erins, erin, "policy", policy.aws_id, "edit").save(WRITE)
    Tab(erins, erin, place, aws_id, action, part).save(READ, policy=part)
    name = f"{place}_action"
    url = address(name, action=action, **({"aws_id": aws_id} if aws_id else {}))
    html = erins.get(f"{url}?policy={part}" if part else url).content.decode()
    assert "s3:GetObject" in html
    assert "s3:PutObject" not in html


# ---- Two pages, and messages that cross -----------------------------------------------------------------------
def test_an_older_tab_never_overwrites_a_newer_save(
    policy: ManagedPolicy, erin: Operator, erins: Client, tab_of: Callable[[Operator], Tab]
) -> None:
    older, newer = tab_of(erin), tab_of(erin)
    older.save(READ)
    newer.token = older.token
    newer.save(WRITE)
    html = older.save(LIST)
    assert texts(erin) == [WRITE, LIST]
    assert "Kept beside a newer text of yours: choose one" in text_of(html)
    older.save(READ)  # it goes on beside it
    assert texts(erin) == [WRITE, READ]
    assert "Another text of yours is kept: choose one" in text_of(opened(erins, policy))


def test_one_of_both_is_chosen(
    policy: ManagedPolicy, erin: Operator, erins: Client, tab_of: Callable[[Operator], Tab]
) -> None:
    tab_of(erin).save(READ)
    tab_of(erin).save(WRITE)
    main, beside = EditorDraft.objects.order_by("is_beside")
    html = get(erins, "draft", pk=str(main.pk))
    assert "s3:GetObject" in html
    assert "s3:PutObject" in html
    answer = erins.post(address("draft_choose", pk=str(beside.pk)))
    assert answer["Location"] == address("policy_action", aws_id=policy.aws_id, action="edit")
    assert texts(erin) == [WRITE]
    assert "s3:PutObject" in opened(erins, policy)


@pytest.mark.parametrize("token", ["", "x", "1", "0.0", "-1.5", "9.9", "1.1.1", "٣.٣", "9" * 31, "1." + "9" * 25])
def test_a_garbled_revision_overwrites_nothing(
    policy: ManagedPolicy, erin: Operator, tab_of: Callable[[Operator], Tab], token: str
) -> None:
    tab_of(erin).save(READ)
    other = tab_of(erin)
    other.token = token
    other.save(WRITE, sequence="many")
    assert texts(erin) == [READ, WRITE]


def test_messages_of_one_page_may_cross(erin: Operator, tab_of: Callable[[Operator], Tab]) -> None:
    tab = tab_of(erin)
    tab.save(READ)
    token = tab.token
    tab.save(WRITE)
    tab.token = token
    tab.save(LIST)  # sent as the page was left, before the answer to the last one came
    assert texts(erin) == [LIST]
    tab.token = token
    tab.save(READ, sequence=1)  # what comes too late changes nothing
    assert texts(erin) == [LIST]


def test_staging_keeps_what_a_newer_tab_saved(
    policy: ManagedPolicy, erin: Operator, erins: Client, tab_of: Callable[[Operator], Tab]
) -> None:
    older, newer = tab_of(erin), tab_of(erin)
    older.save(READ)
    newer.token = older.token
    newer.save(WRITE)
    url = address("policy_action", aws_id=policy.aws_id, action="edit")
    erins.post(url, {"document": READ, "base": "v1", "draft": older.token, "tab": older.name})
    assert texts(erin) == [WRITE]


def test_a_discarded_draft_comes_back_only_by_typing_on(
    erin: Operator, erins: Client, tab_of: Callable[[Operator], Tab]
) -> None:
    tab = tab_of(erin)
    tab.save(READ)
    erins.post(f"/drafts/{EditorDraft.objects.get().pk}/discard/")
    assert texts(erin) == []
    tab.save(WRITE)
    assert texts(erin) == [WRITE]


def test_what_is_beside_it_becomes_the_draft(erin: Operator, erins: Client, tab_of: Callable[[Operator], Tab]) -> None:
    tab_of(erin).save(READ)
    tab_of(erin).save(WRITE)
    erins.post(f"/drafts/{EditorDraft.objects.get(is_beside=False).pk}/discard/")
    assert EditorDraft.objects.get().is_beside is False
