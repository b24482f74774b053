"""Edits of the Visual view, each as it changes the text; and those that it refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest

from policies.engine.catalogue import AccessLevel
from policies.engine.document import size
from policies.engine.structure import DocumentType
from policies.engine.visual import CannotEdit, VisualDraft, visual_draft
from policies.engine.visual.action_choices import action_groups
from policies.engine.visual.condition_edits import with_condition, with_operator, with_value, without_value
from policies.engine.visual.list_edits import with_actions_chosen, with_principal, with_texts, without_principal
from policies.engine.visual.operators import choices_for, value_problem
from policies.engine.visual.resource_fits import resource_fit
from policies.engine.visual.sentences import sentence
from policies.engine.visual.statement_edits import (
    with_effect,
    with_new_statement,
    with_sid,
    with_statement_copied,
    without_statement,
)

LAID_OUT = """{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid" : "One",
            "Effect": "Allow",
            "Action": "s3:GetObject",
            "Resource": ["arn:aws:s3:::a/*"]
        }
    ]
}"""


def of_one(**elements: Any) -> VisualDraft:
    return visual_draft(json.dumps({"Statement": [elements]}))


def test_a_text_becomes_a_list_laid_out_as_the_document_is() -> None:
    draft = visual_draft(LAID_OUT)
    after = with_texts(draft, draft.statements[0], "Action", ["s3:PutObject"])
    assert after == LAID_OUT.replace(
        '"s3:GetObject"', '[\n                "s3:GetObject",\n                "s3:PutObject"\n            ]'
    )


def test_a_list_on_one_line_stays_on_one_line() -> None:
    draft = visual_draft(LAID_OUT)
    after = with_texts(draft, draft.statements[0], "Resource", ["arn:aws:s3:::b/*"])
    assert after == LAID_OUT.replace('["arn:aws:s3:::a/*"]', '["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"]')


def test_a_condition_is_laid_out_as_the_document_is() -> None:
    draft = visual_draft(LAID_OUT)
    after = with_condition(draft, draft.statements[0], "aws:SourceIp", "IpAddress", "203.0.113.0/24")
    block = '"Condition" : {\n                "IpAddress": {\n                    "aws:SourceIp": "203.0.113.0/24"\n'
    assert block in after and json.loads(after)["Statement"][0]["Condition"]


def test_a_document_without_white_space_gets_none() -> None:
    draft = visual_draft('{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}')
    after = draft.rewritten(with_texts(draft, draft.statements[0], "Action", ["sqs:*"]))
    after = after.rewritten(with_condition(after, after.statements[0], "aws:a", "StringLike", "b"))
    assert after.text == (
        '{"Statement":[{"Effect":"Allow","Action":["s3:*","sqs:*"],"Resource":"*",'
        '"Condition":{"StringLike":{"aws:a":"b"}}}]}'
    )


def test_what_has_no_fields_is_told_with_its_place() -> None:
    text = LAID_OUT.replace('"Action": "s3:GetObject"', '"NotAction":  ["s3:Get*"]')
    (part,) = visual_draft(text).statements[0].json_only
    assert (part.name, part.literal, part.line) == ("NotAction", '"NotAction":  ["s3:Get*"]', 7)


def test_a_name_given_twice_leaves_the_statement_to_the_json() -> None:
    text = '{"Statement": [{"Effect": "Allow", "Effect": "Deny", "Action": "s3:*"}, {"Effect": "Deny"}]}'
    draft = visual_draft(text)
    twice, other = draft.statements
    assert twice.json_only[0].literal == '{"Effect": "Allow", "Effect": "Deny", "Action": "s3:*"}'
    with pytest.raises(CannotEdit, match="edit it in the JSON"):
        with_effect(draft, twice, "Allow")
    assert with_effect(draft, other, "Allow") == text.replace('{"Effect": "Deny"}', '{"Effect": "Allow"}')


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"Statement": [}', "Line 1, column 16: Expected a value"),
        ("[]", "Line 1, column 1: A policy document is a JSON object"),
        ('{"Statement": [], "Statement": []}', "Line 1, column 19: Statement is given twice"),
        ('{"Statement": 5}', "Line 1, column 15: Statement must be an object or a list"),
        ('\ufeff{"Statement": []}', "Line 1, column 1: Expected a value, found U\\+FEFF"),
        ('{"Statement": "\0"}', "Line 1, column 16: The character U\\+0000"),
        ("[" * 100, "Line 1, column 66: It is nested more than 64 deep"),
    ],
)
def test_a_document_without_fields_says_where_it_breaks(text: str, problem: str) -> None:
    draft = visual_draft(text)
    assert draft.statements == () and draft.text == text
    with pytest.raises(CannotEdit, match=problem):
        with_new_statement(draft)


def test_an_edit_of_what_was_changed_meanwhile_is_refused() -> None:
    draft = visual_draft(LAID_OUT)
    seen = draft.statements[0].digest
    changed = visual_draft(LAID_OUT.replace("One", "Two"))
    for number, digest in ((0, seen), (1, seen), (-1, seen)):
        with pytest.raises(CannotEdit, match="changed or removed"):
            changed.statement(number, digest)
    assert draft.statement(0, seen).read == draft.statements[0].read


def test_a_first_statement_makes_a_document() -> None:
    after = with_new_statement(visual_draft(" \n", DocumentType.TRUST))
    assert json.loads(after)["Statement"] == [{"Effect": "Allow", "Principal": {}, "Action": []}]


def test_a_copy_has_a_sid_of_its_own() -> None:
    draft = visual_draft(LAID_OUT)
    after = draft.rewritten(with_statement_copied(draft, draft.statements[0]))
    assert [each.read.sid for each in after.statements if each.read] == ["One", "One2"]
    assert after.statements[1].literal == draft.statements[0].literal.replace("One", "One2")


def test_the_only_statement_may_go() -> None:
    draft = visual_draft('{"Statement": {"Effect": "Allow"}}')
    assert without_statement(draft, draft.statements[0]) == '{"Statement": []}'


@pytest.mark.parametrize(
    ("sid", "words"), [("a b", "letters"), ("\0", "letters"), ("Ü", "letters"), ("Two", "Another")]
)
def test_a_sid_that_iam_refuses_is_refused(sid: str, words: str) -> None:
    draft = visual_draft('{"Statement": [{"Sid": "One"}, {"Sid": "Two"}]}')
    with pytest.raises(CannotEdit, match=words):
        with_sid(draft, draft.statements[0], sid)


def test_actions_are_found_in_any_case() -> None:
    draft = of_one(Action=["S3:getobject", "s3:Get*", "s3:PutObject"])
    after = with_actions_chosen(draft, draft.statements[0], ["s3:putobject", "s3:ListBucket"], ["s3:GetObject"])
    assert json.loads(after)["Statement"][0]["Action"] == ["s3:Get*", "s3:PutObject", "s3:ListBucket"]


def test_principals_come_and_go() -> None:
    draft = of_one(Effect="Allow")
    for kind, value in (("AWS", "1"), ("AWS", "2"), ("Service", "s")):
        draft = draft.rewritten(with_principal(draft, draft.statements[0], kind, value))
    assert draft.statements[0].written["Principal"] == {"AWS": ["1", "2"], "Service": "s"}
    with pytest.raises(CannotEdit, match="stands alone"):
        with_principal(draft, draft.statements[0], "*", "")
    for kind, number in (("AWS", 0), ("Service", 0), ("AWS", 0)):
        draft = draft.rewritten(without_principal(draft, draft.statements[0], kind, number))
    assert draft.statements[0].written["Principal"] == {}
    draft = draft.rewritten(with_principal(draft, draft.statements[0], "*", ""))
    assert draft.statements[0].written["Principal"] == "*"
    assert json.loads(without_principal(draft, draft.statements[0], "*", 0))["Statement"][0]["Principal"] == {}


def operator_changed(condition: Any, operator: str) -> Any:
    draft = of_one(Condition=condition)
    after = with_operator(draft, draft.statements[0], draft.statements[0].conditions[0], operator)
    return json.loads(after)["Statement"][0]["Condition"]


@pytest.mark.parametrize(
    ("before", "operator", "after"),
    [
        ({"StringLike": {"a:b": ["x", 5]}}, "StringEquals", {"StringEquals": {"a:b": ["x", 5]}}),
        (
            {"StringLike": {"a:b": "x", "a:c": "y"}},
            "StringEquals",
            {"StringLike": {"a:c": "y"}, "StringEquals": {"a:b": "x"}},
        ),
        (
            {"StringLike": {"a:b": "x"}, "StringEquals": {"a:c": "y"}},
            "StringEquals",
            {"StringEquals": {"a:c": "y", "a:b": "x"}},
        ),
        ({"StringLike": {"a:b": "x"}}, "Null true", {"Null": {"a:b": "true"}}),
        ({"Null": {"a:b": "true"}}, "Null false", {"Null": {"a:b": "false"}}),
        ({"Null": {"a:b": "true"}}, "StringLike", {"StringLike": {"a:b": []}}),
        ({"stringlike": {"a:b": "x"}}, "StringLikeIfExists", {"StringLikeIfExists": {"a:b": "x"}}),
    ],
)
def test_another_operator(before: Any, operator: str, after: Any) -> None:
    assert operator_changed(before, operator) == after


def test_two_conditions_cant_have_the_same_place() -> None:
    with pytest.raises(CannotEdit, match="already"):
        operator_changed({"StringLike": {"a:b": "x"}, "StringEquals": {"A:B": "y"}}, "StringEquals")


@pytest.mark.parametrize(
    ("written", "value", "after"),
    [
        ([True], "false", [True, False]),
        (5, "7", [5, 7]),
        ([5], "1.5", [5, 1.5]),
        ([5], "007", [5, "007"]),
        ("x", "5", ["x", "5"]),
    ],
)
def test_a_value_is_of_the_json_type_of_the_others(written: Any, value: str, after: Any) -> None:
    draft = of_one(Condition={"StringEquals": {"a:b": written}})
    text = with_value(draft, draft.statements[0].conditions[0], value)
    found = json.loads(text)["Statement"][0]["Condition"]["StringEquals"]["a:b"]
    assert list(map(repr, found)) == list(map(repr, after))


def test_the_last_value_leaves_a_key_without_any() -> None:
    draft = of_one(Condition={"StringEquals": {"a:b": "x"}})
    assert '{"a:b": []}' in without_value(draft, draft.statements[0].conditions[0], 0)


@pytest.mark.parametrize(
    ("operator", "good", "bad"),
    [
        ("Bool", "True", "yes"),
        ("NumericLessThanIfExists", "1.5", "many"),
        ("DateLessThan", "2026-01-31T00:00:00Z", "tomorrow"),
        ("IpAddress", "2001:db8::/32", "10.0.0.0/99"),
        ("ForAnyValue:ArnLike", "arn:aws:iam::*:role/x", "role/x"),
        ("BinaryEquals", "AAAA", "*"),
        ("StringLike", "\u202e'\"${", None),
        ("Bool", "${aws:x}", None),
    ],
)
def test_values_are_checked_by_the_operator(operator: str, good: str, bad: str | None) -> None:
    assert value_problem(operator, good) == ""
    assert bad is None or bad in value_problem(operator, bad)


def test_operators_suit_the_type_of_the_key() -> None:
    assert {each.words for each in choices_for("aws:SourceIp")} == {
        "is in the range",
        "is not in the range",
        "is there",
        "is missing",
    }
    assert {each.group for each in choices_for("aws:TagKeys")} == {"Some value", "Each value, if any", ""}
    assert len(choices_for("nosuch:key")) > 60


def test_all_of_a_level_cost_what_they_say() -> None:
    for written in ([], "s3:GetObject", ["s3:GetObject", "s3:x"]):
        draft = of_one(Action=written)
        group = next(each for each in action_groups("s3", written) if each.level is AccessLevel.READ)
        after = with_actions_chosen(draft, draft.statements[0], [each.name for each in group.choices], [])
        assert size(after) - size(draft.text) == group.price


def test_groups_show_the_chosen_first_and_ten_at_most() -> None:
    group = next(
        each for each in action_groups("s3", ["s3:putobject", "s3:Delete*"]) if each.level is AccessLevel.WRITE
    )
    assert group.shown[0].name == "s3:PutObject" and len(group.shown) == 10 and group.more == len(group.choices) - 10
    assert group.within == sum(each.short.startswith("Delete") for each in group.choices)
    (filtered,) = (
        each
        for each in action_groups("s3", [], words="GetObjectAcl, s3:PutObjectAc?")
        if len(each.fitting) and each.level is AccessLevel.PERMISSIONS
    )
    assert [each.short for each in filtered.fitting] == ["PutObjectAcl"]


def test_an_action_with_two_levels_is_shown_once() -> None:
    names = [each.name for group in action_groups("s3", []) for each in group.choices]
    assert len(names) == len(set(names))


def test_a_bucket_where_an_object_is_needed_is_said() -> None:
    hint = resource_fit("arn:aws:s3:::a", ["s3:GetObject"]).hint
    assert hint == "No chosen action takes a bucket. They take object: arn:aws:s3:::a/*"
    assert resource_fit("arn:aws:s3:::a", ["s3:GetObject", "s3:ListBucket"]).hint == ""
    assert resource_fit("arn:aws:s3:::a", ["s3:GetObject", "nosuch:Thing"]).hint == ""
    assert resource_fit("*", ["s3:GetObject"]).hint == ""
    assert "on * only" in resource_fit("arn:aws:s3:::a", ["s3:ListAllMyBuckets"]).hint


@pytest.mark.parametrize(
    ("elements", "words"),
    [
        (
            {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "*"},
            "Allows s3:GetObject and s3:PutObject on everything.",
        ),
        (
            {"Effect": "Deny", "NotAction": "s3:*", "Resource": [], "Condition": {"Bool": {"aws:a": True}}},
            "Denies everything but s3:* on no resource if aws:a is true.",
        ),
        (
            {"Effect": "Allow", "Principal": {"Service": ["a", "b", "c"]}, "Action": "sts:AssumeRole"},
            "Allows sts:AssumeRole to a, b and c.",
        ),
        ({"Effect": "Allow", "Principal": {"Service": "*"}, "Action": "sts:AssumeRole"}, "Allows sts:AssumeRole to *."),
        ({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}, "Allows sts:AssumeRole to everybody."),
        ({"Action": "*"}, "Neither allows nor denies: its effect isn’t Allow or Deny."),
    ],
)
def test_a_statement_in_a_sentence(elements: Any, words: str) -> None:
    (statement,) = of_one(**elements).statements
    assert statement.read is not None
    assert "".join(each.text for each in sentence(statement.read)) == words
