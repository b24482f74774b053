"""What holds for decisions whatever the document says."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from policies.engine.callers import caller_of
from policies.engine.compiled import CompiledDocument
from policies.engine.document import canonical
from policies.engine.evaluate import Decision, LayerPolicy, Layers, Request, evaluate
from tests.engine.strategies import ME, ROLE, requests, statements
from tests.services.statements import document

USUAL = settings(max_examples=40)
listed = st.lists(statements(), max_size=3)
asked = st.lists(requests, min_size=5, max_size=5)


def decided(found: dict[str, Any], request: dict[str, Any]) -> Decision:
    whole = Request(caller_of(ROLE), request["action"], request["resource"], ME, request["context"])
    return evaluate(whole, Layers(identity=(LayerPolicy("", CompiledDocument(found)),))).decision


@USUAL
@given(listed=listed, asked=asked)
def test_the_canonical_form_decides_like_the_original(listed: list[Any], asked: list[Any]) -> None:
    whole = document(*listed)
    for request in asked:
        assert decided(canonical(whole), request) is decided(whole, request)


@USUAL
@given(listed=listed, denying=statements(), asked=asked)
def test_an_explicit_deny_never_loses(listed: list[Any], denying: dict[str, Any], asked: list[Any]) -> None:
    """What a denying statement is about, no allowing one lets through."""
    denying = denying | {"Effect": "Deny"}
    for request in asked:
        if decided(document(*[denying]), request) is Decision.EXPLICIT_DENY:
            assert decided(document(*[*listed, denying]), request) is Decision.EXPLICIT_DENY


@USUAL
@given(listed=listed, allowing=statements(), asked=asked)
def test_one_more_allow_takes_nothing(listed: list[Any], allowing: dict[str, Any], asked: list[Any]) -> None:
    for request in asked:
        if decided(document(*listed), request) is Decision.ALLOWED:
            assert decided(document(*[*listed, allowing | {"Effect": "Allow"}]), request) is Decision.ALLOWED
