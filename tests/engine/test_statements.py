"""Documents as typed values: one or many, what makes no sense, and that all of it is written again."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.engine.statements import Quantifier, Statement, document_in, document_of
from tests.engine.strategies import statements
from tests.engine.test_diff_properties import USUAL
from tests.services.statements import document

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
ELEMENTS = ["Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition"]
BROKEN = st.dictionaries(st.sampled_from([*ELEMENTS, "Unheard"]), JSON | st.just("Allow"), max_size=6)


def only(**elements: Any) -> Statement:
    (found,) = document_of({"Statement": elements}).statements
    return found


@pytest.mark.parametrize("action", ["s3:GetObject", ["s3:GetObject"]])
def test_one_is_as_one_of_a_list(action: Any) -> None:
    assert only(Action=action).action_words == ("s3:GetObject",)


def test_the_place_of_a_value_counts_what_makes_no_sense() -> None:
    (text,) = only(Action=[7, "s3:*"]).actions
    assert text.path == ("Statement", "Action", 1)


def test_the_element_that_excepts_counts_where_there_are_both() -> None:
    statement = only(Action="s3:*", NotAction="iam:*", NotResource=[], Principal="*", NotPrincipal={"AWS": "1"})
    assert statement.action_words == ("iam:*",)
    assert statement.resource_words == ()
    assert statement.principal_words == (("AWS", "1"),)


def test_everyone_is_an_aws_principal() -> None:
    assert only(Principal="*").principal_words == only(Principal={"AWS": "*"}).principal_words == (("AWS", "*"),)


def test_a_statement_without_resources_is_about_all() -> None:
    assert only(Action="sts:AssumeRole").resource_words == ("*",)
    assert only(Resource=7).resource_words == ()


def test_conditions_are_read_apart() -> None:
    (found,) = only(Condition={"ForAnyValue:StringLikeIfExists": {"aws:TagKeys": [True, 5, "a"]}}).conditions
    assert (found.quantifier, found.base, found.if_exists) == (Quantifier.ANY, "stringlike", True)
    assert (found.name, found.words) == ("aws:tagkeys", ("true", "5", "a"))


@pytest.mark.parametrize(
    ("condition", "never"),
    [(None, False), ({}, False), ({"Bool": {}}, False), ("x", True), ([], True), ({"Bool": "x"}, True)],
)
def test_what_is_no_condition_holds_never(condition: Any, never: bool) -> None:
    assert only(Condition=condition).holds_never is never


def test_nothing_of_it_can_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        only(Sid="a").sid = "b"


def test_a_document_is_built_once_for_its_text() -> None:
    text = '{"Statement": {"Effect": "Allow"}}'
    assert document_in(text) is document_in(text)
    assert document_in("[]").statements == ()


@USUAL
@given(JSON | st.dictionaries(st.sampled_from(["Version", "Id", "Statement"]), JSON | BROKEN | st.lists(BROKEN)))
def test_what_is_not_understood_is_written_again(value: Any) -> None:
    found = document_of(value)
    assert found.rewritten({}) == (value if isinstance(value, dict) else {})
    same = {each.index: each.written for each in found.statements}
    assert found.rewritten(same) == found.rewritten({})


@USUAL
@given(st.lists(JSON | BROKEN, min_size=1, max_size=4), st.data())
def test_one_statement_is_changed_and_all_else_stays(listed: list[Any], data: st.DataObject) -> None:
    found = document_of({"Statement": listed, "Unheard": listed})
    index = data.draw(st.integers(0, len(listed) - 1))
    described = found.rewritten({index: {"Sid": "new"}})
    assert described == {"Statement": [*listed[:index], {"Sid": "new"}, *listed[index + 1 :]], "Unheard": listed}
    assert found.rewritten({index: None})["Statement"] == [*listed[:index], *listed[index + 1 :]]


@USUAL
@given(st.lists(statements(with_principals=True), max_size=3))
def test_all_of_a_sound_document_is_read(listed: list[dict[str, Any]]) -> None:
    for written, statement in zip(listed, document_of(document(*listed)).statements, strict=True):
        assert (statement.allows, statement.denies) == (written["Effect"] == "Allow", written["Effect"] == "Deny")
        assert list(statement.action_words) == written.get("NotAction", written.get("Action"))
        assert list(statement.resource_words) == written.get("NotResource", written.get("Resource"))
        assert len(statement.conditions) == sum(map(len, written["Condition"].values()))
