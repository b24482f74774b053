"""What the editor says of a word, how it lays a text out, and what size it says that a text has."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from policies.engine.document import size
from policies.engine.structure import DocumentType
from resources.fields import ResourcePolicyField
from tests.policies.editor.script import ACCOUNT, ROLE, answers_to, request
from tests.services.fuzzing import as_long_as_asked


def in_statement(written: str) -> str:
    return f'{{"Statement": [{{{written}}}]}}'


def condition(written: str) -> str:
    return in_statement(f'"Condition": {{{written}}}')


EXPLAINED: list[tuple[str, str | None, list[str]]] = [
    # where, of what it speaks, and some of what it says
    (in_statement('"Action": "s3:PutO¦bject"'), "s3:PutObject", ["Add an object to a bucket.", "Keys: s3:"]),
    (in_statement('"Action": ["S3:putobject¦acl"]'), "s3:PutObjectAcl", ["Amazon S3"]),
    (in_statement('"Action": "s3:Put*Acl¦"'), "s3:Put*Acl", ["s3:PutBucketAcl", "highest level is Permissions"]),
    (in_statement('"Action": "s3:Putt¦"'), None, []),
    (in_statement('"Action": "nothing:P¦"'), None, []),
    (in_statement('"Effe¦ct": "Allow"'), "Effect", ["allows or denies"]),
    (condition('"ForAnyValue:StringL¦ike": {}'), "ForAnyValue:StringLike", ["At least", "String"]),
    (condition('"Bool": {"aws:SecureT¦ransport": "true"}'), "aws:SecureTransport", ["TLS", "Bool"]),
    (condition('"StringLike": {"aws:RequestTag/te¦am": ""}'), "aws:RequestTag/team", ["tag"]),
    (condition('"StringLike": {"s3:pre¦fix": ""}'), "s3:prefix", ["String"]),
    (condition('"StringLike": {"s3:nothi¦ng": ""}'), None, []),
    (in_statement('"Resource": "a¦rn"'), None, []),
    (in_statement(f'"Resource": "{ROLE}¦"'), "Role reports-exporter", ["The mirror holds it."]),
    (in_statement(f'"Principal": {{"AWS": "{ACCOUNT}¦"}}'), "Role reports-exporter", []),
    (in_statement('"Principal": {"Service": "lambda¦.amazonaws.com"}'), "lambda.amazonaws.com", ["service"]),
    ("{ ¦ }", None, []),
]


def test_a_word_is_explained() -> None:
    answers = answers_to([request(where, DocumentType.TRUST, way="explained") for where, _, _ in EXPLAINED])
    for (where, title, said), answer in zip(EXPLAINED, answers, strict=True):
        assert (answer and answer["title"]) == title, where
        words = " ".join(answer["lines"]) if answer else ""
        assert [part for part in said if part.lower() not in words.lower()] == [], where


# ---- Formatting ------------------------------------------------------------------------------------------------
def laid_out(texts: list[str]) -> list[Any]:
    return answers_to([{"way": "formatted", "text": text} for text in texts])


def pairs(text: str) -> Any:
    """With repeated names, and numbers as they are written."""
    return json.loads(text, object_pairs_hook=list, parse_float=str, parse_int=str)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


@as_long_as_asked(5)
@given(st.data())
def test_formatting_changes_white_space_only(data: st.DataObject) -> None:
    values = data.draw(st.lists(JSON, min_size=20, max_size=40))
    texts = [json.dumps(value, indent=data.draw(st.sampled_from([None, 0, 3]))) for value in values]
    for text, value, found in zip(texts, values, laid_out(texts), strict=True):
        assert pairs(found["text"]) == pairs(text)
        assert found["text"] == json.dumps(value, indent=2)


def test_formatting_loses_nothing() -> None:
    text = '{"a":1.50e+3,"a":"\\u0041 : [","b":[],"c":{ } ,"d":[ 1,\n2]}'
    (found,) = laid_out([text])
    assert found["text"] == (
        '{\n  "a": 1.50e+3,\n  "a": "\\u0041 : [",\n  "b": [],\n  "c": {},\n  "d": [\n    1,\n    2\n  ]\n}'
    )
    assert pairs(found["text"]) == pairs(text)


def test_what_is_no_json_is_not_formatted() -> None:
    wrong = [
        "",
        "{",
        '{"a": 1,}',
        '// words\n{"a": 1}',
        "\ufeff{}",
        "{'a': 1}",
        '{"a": 1} {}',
        "[" * 5_000 + "]" * 5_000,
    ]
    assert [list(each) for each in laid_out(wrong)] == [["problem"]] * len(wrong)


# ---- Size ------------------------------------------------------------------------------------------------------
PARTS = st.sampled_from(
    ['"', "\\", " ", "\t", "\n", "\u00a0", "\ufeff", "\u2028", "\x1c", "a", "é", "\U0001f600", "{", ":"]
)


@as_long_as_asked(5)
@given(st.data())
def test_the_size_is_the_one_that_the_engine_says(data: st.DataObject) -> None:
    texts = ["".join(each) for each in data.draw(st.lists(st.lists(PARTS, max_size=12), min_size=50, max_size=100))]
    assert answers_to([{"way": "size", "text": text} for text in texts]) == [size(text) for text in texts]


def test_bytes_of_the_policy_of_a_resource_are_those_that_are_sent() -> None:
    """As it is typed, or, where that is too long, without the white space."""
    field = ResourcePolicyField()
    field.longest = 60
    texts = [' {"Sid": "é"} ', json.dumps({"Sid": "ab", "Wide": "Ω\U0001f600\x7f"}, indent=40, ensure_ascii=False)]
    texts += [json.dumps({"Sid": "x" * 80}), f'{{"Sid": {" " * 80}']
    answers = answers_to([{"way": "bytes", "text": text, "most": field.longest} for text in texts])
    assert answers == [field.size(text) for text in texts] == [13, 46, 90, 7]
