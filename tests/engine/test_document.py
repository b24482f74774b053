"""Policy documents as text: problems with their places, sizes, one canonical form. No input makes any of it raise."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.engine.document import DocumentType, canonical, identify, load, parse, size, text_hash

FINE = """{
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}
  ]
}"""


def said(text: str, kind: DocumentType = DocumentType.IDENTITY) -> list[tuple[int, int, str]]:
    return [(problem.line, problem.column, problem.message) for problem in parse(text, kind).problems]


def statement(**elements: Any) -> str:
    whole = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"} | elements
    return json.dumps({"Statement": {name: value for name, value in whole.items() if value is not None}})


def messages(text: str, kind: DocumentType = DocumentType.IDENTITY) -> str:
    return " ".join(problem.message for problem in parse(text, kind).problems)


def test_a_sound_document_has_no_problems() -> None:
    parsed = parse(FINE)
    assert parsed.problems == ()
    assert parsed.document == json.loads(FINE)
    assert parsed.position(("Statement", 0, "Action")).line == 4


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("", 1, 1, "empty"),
        ("{", 1, 2, "ends where a name in double quotes"),
        ('{"a": 1,}', 1, 8, "A comma stands before }"),
        ('{"a": [1, 2}', 1, 12, "Expected a comma or ], found }"),
        ('{\n  "a": 1\n  "b": 2\n}', 3, 3, "Expected a comma or }"),
        ('{"a" 1}', 1, 6, "Expected a colon"),
        ("{a: 1}", 1, 2, "a name in double quotes, found a"),
        ("{'a': 1}", 1, 2, "a name in double quotes"),
        ('{"a": tru}', 1, 7, "Expected a value, found t"),
        ('{"a": "b\n"}', 1, 9, "closing quote is missing"),
        ('{"a": "b}', 1, 7, "no closing quote"),
        ('{"a": "\\x"}', 1, 8, "A backslash must be followed"),
        ('{"a": NaN}', 1, 7, "Expected a value"),
        ('{"a": 1e999}', 1, 7, "too large"),
        ('{"a": ' + "1" * 400 + "}", 1, 7, "too long"),
        ("{} {}", 1, 4, "has ended"),
        ('{"a": ' * 70, 1, 391, "nested more than 64 deep"),
        ("\ufeff{}", 1, 1, "U+FEFF"),
        ('{"a": "\x00"}', 1, 8, "U+0000"),
    ],
)
def test_text_that_is_no_json_has_a_place(text: str, line: int, column: int, words: str) -> None:
    parsed = parse(text)
    assert parsed.document is None
    first = parsed.problems[0]
    assert (first.line, first.column) == (line, column)
    assert words in " ".join(problem.message for problem in parsed.problems)


@pytest.mark.parametrize("text", ["[]", "1", '"text"', "null"])
def test_only_an_object_is_a_document(text: str) -> None:
    assert parse(text).document is None
    assert "is a JSON object" in messages(text)


def test_a_name_given_twice_is_told() -> None:
    text = '{"Statement": {"Effect": "Deny",\n"Effect": "Allow", "Action": "*", "Resource": "*"}}'
    assert said(text) == [(2, 1, "Effect is given twice here.")]
    assert parse(text).problems[0].path == "Statement.Effect"


def test_the_path_reads_as_people_write_it() -> None:
    text = statement(Condition={"StringEquals": {"aws:PrincipalTag/team": None}})
    assert parse(text).problems[0].path == 'Statement.Condition.StringEquals["aws:PrincipalTag/team"]'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"Version": "2012-10-17"}', "Statement is missing"),
        ('{"Version": "2013-10-17", "Statement": []}', 'Version must be "2012-10-17"'),
        ('{"statement": []}', "Did you mean Statement?"),
        ('{"Statement": [], "Comment": ""}', "Comment is no element of a policy document"),
        ('{"Statement": "x"}', "must be an object or a list"),
        ('{"Statement": ["x"]}', "A statement must be an object"),
        (statement(Effect=None), "Effect is missing"),
        (statement(Effect="allow"), 'Effect must be "Allow" or "Deny"'),
        (statement(Effect=["Allow"]), 'Effect must be "Allow" or "Deny"'),
        (statement(Action=None), "Action (or NotAction) is missing"),
        (statement(NotAction="s3:*"), "has Action or NotAction, not both"),
        (statement(Action=7), "Action must be a text or a list of texts"),
        (statement(Resource=None), "Resource (or NotResource) is missing"),
        (statement(Principal="*"), "can't be used in an identity-based policy"),
        (statement(Sid="not this"), "a Sid has letters"),
        (statement(Condition=[]), "Condition must be an object"),
        (statement(Condition={"StringEquals": "x"}), "must be an object of condition keys"),
        (statement(Actions="s3:*"), "Actions is no element of a statement"),
        ('{"Statement": [{"Effect": "Allow", "Action": "中", "Resource": "*"}]}', "U+4E2D"),
    ],
)
def test_structure_that_iam_refuses(text: str, words: str) -> None:
    assert words in messages(text)


def test_a_sid_is_used_once() -> None:
    one = {"Sid": "A", "Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    assert said(json.dumps({"Statement": [one, one]}))[0][2] == "The Sid A is used twice in this document."


def test_what_a_trust_policy_must_have() -> None:
    trust = DocumentType.TRUST
    assert messages(statement(Resource=None, Principal={"Service": "ec2.amazonaws.com"}), trust) == ""
    assert "Principal (or NotPrincipal) is missing" in messages(statement(Resource=None), trust)
    assert "Resource can't be used in a trust policy" in messages(statement(Principal="*"), trust)
    assert "no kind of principal" in messages(statement(Resource=None, Principal={"User": "x"}), trust)


def test_latin_1_is_taken() -> None:
    assert messages(statement(Condition={"StringEquals": {"aws:username": "J\u00f6rg"}})) == ""
    assert messages('{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:é"}}') == ""


@pytest.mark.parametrize(
    ("text", "characters"), [("", 0), (" \n\t", 0), ('{ "a b" : 1 }', 9), ('"a \\" b"', 8), ('"open  ', 7)]
)
def test_the_size_is_without_white_space_between_the_parts(text: str, characters: int) -> None:
    assert size(text) == characters


SAME = [
    ({"Action": "s3:Get*"}, {"Action": ["s3:Get*"]}),
    ({"Action": ["a:b", "c:d"]}, {"Action": ["c:d", "a:b", "a:b"]}),
    ({"Action": "S3:getobject"}, {"Action": "s3:GetObject"}),
    ({"Resource": ["x", "y"]}, {"Resource": ["y", "x"]}),
    ({"Principal": {"AWS": "123456789012"}}, {"Principal": {"AWS": ["arn:aws:iam::123456789012:root"]}}),
    (
        {"Condition": {"Bool": {"aws:SecureTransport": True}}},
        {"Condition": {"Bool": {"AWS:securetransport": ["true"]}}},
    ),
    ({"Condition": {"NumericLessThan": {"k": 5}}}, {"Condition": {"NumericLessThan": {"k": "5"}}}),
]
DIFFERENT = [
    ({"Action": "s3:Get*"}, {"NotAction": "s3:Get*"}),
    ({"Resource": "arn:A"}, {"Resource": "arn:a"}),
    ({"Effect": "Allow"}, {"Effect": "Deny"}),
    ({"Condition": {"Bool": {"k": "true"}}}, {"Condition": {"BoolIfExists": {"k": "true"}}}),
    ({"Condition": {"StringEquals": {"k": "a"}}}, {"Condition": {"StringEquals": {"k": "A"}}}),
    ({"Sid": "a"}, {"Sid": "b"}),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_differently_written(one: Any, other: Any) -> None:
    assert canonical({"Statement": one}) == canonical({"Statement": [other], "Version": "2008-10-17"})


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_what_is_not_the_same(one: Any, other: Any) -> None:
    assert canonical({"Statement": one}) != canonical({"Statement": other})


def test_the_order_of_statements_means_nothing() -> None:
    one, other = {"Effect": "Allow", "Action": "a:b"}, {"Effect": "Deny", "Action": "c:d"}
    assert canonical({"Statement": [one, other]}) == canonical({"Statement": [other, one]})


def test_a_document_is_known_by_two_hashes() -> None:
    compact = json.dumps(json.loads(FINE), separators=(",", ":"))
    assert identify(FINE).text_hash != identify(compact).text_hash
    assert identify(FINE).canonical_hash == identify(compact).canonical_hash
    assert identify(FINE).problem == ""


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 1, "a": 1}', '{"a": NaN}', "\ud800", "[" * 5000])
def test_what_cannot_be_read_is_known_by_its_text(text: str) -> None:
    identity = identify(text)
    assert identity.canonical_hash == identity.text_hash == text_hash(text)
    assert identity.problem.startswith("Line 1")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)
element_names = st.sampled_from(
    ["Version", "Id", "Statement", "Sid", "Effect", "Action", "NotAction", "Resource", "Principal", "Condition", "x"]
)
documents = st.recursive(
    json_values,
    lambda inner: st.dictionaries(element_names, inner | st.lists(inner, max_size=3), max_size=5),
    max_leaves=8,
)
texts = st.text() | st.text(alphabet='{}[]":,\\ \n\x00\ud800été1-.eE', max_size=60) | documents.map(json.dumps)


@settings(max_examples=400)
@given(texts, st.sampled_from(DocumentType))
def test_any_text_can_be_parsed(text: str, kind: DocumentType) -> None:
    parsed = parse(text, kind)
    identify(text)
    load(text)
    lines = text.split("\n")
    for problem in parsed.problems:
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
    assert 0 <= size(text) <= len(text)


@settings(max_examples=300)
@given(documents)
def test_it_reads_what_json_reads(value: Any) -> None:
    text = json.dumps(value)
    document = parse(text).document
    if document is not None:
        assert document == json.loads(text)


@settings(max_examples=300)
@given(documents)
def test_the_canonical_form_of_a_canonical_form_is_itself(value: Any) -> None:
    once = canonical(value)
    assert json.dumps(canonical(once), sort_keys=True) == json.dumps(once, sort_keys=True)


@settings(max_examples=300)
@given(documents, st.integers(0, 4))
def test_white_space_changes_neither_size_nor_meaning(value: Any, indent: int) -> None:
    compact, spread = json.dumps(value, separators=(",", ":")), json.dumps(value, indent=indent)
    assert size(spread) == size(compact) == len(compact)
    if isinstance(value, dict) and identify(compact).problem == "":
        assert identify(spread).canonical_hash == identify(compact).canonical_hash
