"""Fixes of what lint finds: one, or all that are safe; from the script's answer, and without script as a form."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import AwsAccount, Operator
from policies.drafts import fixed_draft
from policies.engine.callers import caller_of
from policies.engine.combine import Decision
from policies.engine.compiled import compiled
from policies.engine.evaluate import LayerPolicy, Layers, Request, evaluate
from policies.engine.lint import lint
from policies.engine.structure import DocumentType
from policies.fixes import MOST, SAFE, fixed, key_of
from sync.models import Change
from tests.engine.lint_cases import CASES, text_of
from tests.services.pages import address
from tests.services.rows import make_policy
from tests.services.statements import allow, deny, document_text

ClientOf = Callable[..., Client]
MISSPELT = document_text(allow(["s3:GetObjct", "s3:PutObjct"], "arn:aws:s3:::acme-reports/*"))
TWICE = document_text(allow(["s3:GetObject", "s3:GetObject"], "arn:aws:s3:::a/*"), allow("s3:GetObjct"))


def fixes(text: str, key: str) -> tuple[str, tuple[str, ...]]:
    found = fixed(text, key, lint)
    return found.text, found.done


def test_one_is_fixed_by_its_key() -> None:
    first, second = (each for each in lint(MISSPELT) if each.code == "INVALID_ACTION")
    text, done = fixes(MISSPELT, key_of(second))
    assert (text, done) == (MISSPELT.replace("s3:PutObjct", "s3:PutObject"), ('Write "s3:PutObject"',))
    assert fixes(text, key_of(first))[0] == text.replace("s3:GetObjct", "s3:GetObject")


def test_what_is_not_there_any_more_fixes_nothing() -> None:
    (key,) = (key_of(each) for each in lint(MISSPELT) if "PutObjct" in each.message)
    moved = " " + MISSPELT
    assert fixes(moved, key) == (moved, ())
    assert fixes("{", key) == ("{", ())
    assert fixes(MISSPELT, "nonsense") == (MISSPELT, ())


def test_a_name_that_allows_more_is_not_put_right_by_itself() -> None:
    """The misspelt action allows nothing as it stands."""
    assert fixes(MISSPELT, SAFE) == (MISSPELT, ())


def test_all_that_are_safe_are_fixed_together() -> None:
    text, done = fixes(TWICE, SAFE)
    assert text.count("s3:GetObject") == 1
    assert "s3:GetObjct" in text
    assert done


def test_a_denial_that_goes_is_not_safe() -> None:
    """Other policies may allow what it denies."""
    both = document_text(allow("s3:*"), deny("s3:*"))
    assert "Deny" in fixes(both, SAFE)[0]


def test_at_most_so_many_at_once() -> None:
    """The next click does more."""
    many = document_text(allow(["s3:GetObject"] * (MOST + 20)))
    assert len(fixes(many, SAFE)[1]) <= MOST


def _requests(text: str) -> list[Request]:
    """On what documents name, and on something else."""
    caller = caller_of("arn:aws:iam::123456789012:user/eve")
    actions = {each.replace("*", "GetObject") for each in re.findall(r'"([\w-]+:[\w*]+)"', text)} | {"s3:GetObject"}
    arns = {each.replace("*", "x") for each in re.findall(r'"(arn:[^"]+)"', text)} | {"arn:aws:s3:::other/x"}
    return [Request(caller, action, arn, "123456789012", {}) for action in sorted(actions) for arn in sorted(arns)]


@pytest.mark.parametrize("code", CASES)
def test_what_is_safe_allows_no_request_more(code: str) -> None:
    kind, case = CASES[code]
    if kind is not DocumentType.IDENTITY:
        return
    text = text_of(case)
    after, _ = fixes(text, SAFE)

    def decided(document: str, request: Request) -> bool:
        layers = Layers(identity=(LayerPolicy("", compiled(document)),))
        return evaluate(request, layers).decision is Decision.ALLOWED

    gained = [each for each in _requests(text + after) if decided(after, each) and not decided(text, each)]
    assert gained == []


# ---- From the page ---------------------------------------------------------------------------------------------
def data_of(answer: str, name: str) -> str | None:
    found = re.search(rf'{name}="([^"]*)"', answer)
    return html.unescape(found[1]) if found else None


def test_the_editor_asks_for_a_fix(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    client, url = client_of(erin), address("document_check")
    answer = client.post(url, {"document": MISSPELT}).content.decode()
    assert data_of(answer, "data-text") is None
    keys = [each["key"] for each in json.loads(data_of(answer, "data-findings") or "") if "key" in each]
    assert [f'value="{key}"' in answer for key in keys] == [True, True]
    answer = client.post(url, {"document": MISSPELT, "fix": keys[0]}).content.decode()
    assert data_of(answer, "data-text") == MISSPELT.replace("s3:GetObjct", "s3:GetObject")
    assert "Fixed: Write " in answer
    answer = client.post(url, {"document": "[]", "fix": keys[0]}).content.decode()
    assert data_of(answer, "data-text") is None
    assert "Nothing was fixed" in answer


def test_without_script_it_is_a_button_of_the_form(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    policy = make_policy(aws_account)
    url = address("policy_action", aws_id=policy.aws_id, action="edit")
    client = client_of(erin)
    (key, *_) = (key_of(each) for each in lint(MISSPELT) if each.code == "INVALID_ACTION")
    typed: dict[str, Any] = {"document": MISSPELT, "base": "v1", "reason": "Typed already", "title": ""}
    answer = client.post(url, {**typed, "fix": key}).content.decode()
    assert MISSPELT.replace("s3:GetObjct", "s3:GetObject") in html.unescape(answer)
    assert "Typed already" in answer
    assert not Change.objects.exists()


@pytest.mark.django_db
def test_a_document_that_is_too_long_is_left_alone(aws_account: AwsAccount) -> None:
    long = document_text(allow(["s3:GetObjct"] * 3000))
    found = fixed_draft(long, SAFE, aws_account)
    assert (found.text, found.done) == (long, ())
    assert found.words.endswith("Shorten it first.")


def test_where_nothing_is_fixed_it_says_what_to_do() -> None:
    assert fixed(MISSPELT, SAFE, lint).words.endswith("Choose them one by one.")
    assert "the text has changed since" in fixed(MISSPELT, "nonsense", lint).words
