"""The content store: one row for each text, however many carry it."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from policies import documents
from policies.models import Document
from tests.services.statements import allowing

pytestmark = pytest.mark.django_db


def kept(*written: str) -> dict[str, int]:
    texts: dict[str, str] = {}
    for text in written:
        documents.refer(text, texts)
    return documents.keep(texts)


def test_the_same_text_is_kept_once() -> None:
    assert kept(allowing("s3:*")) == kept(allowing("s3:*"), allowing("s3:*"))
    assert Document.objects.count() == 1


def test_a_reformatted_document_is_another_text_of_the_same_document() -> None:
    kept(allowing("s3:*"), json.dumps(json.loads(allowing("s3:*")), indent=2))
    one, other = Document.objects.all()
    assert one.canonical_hash == other.canonical_hash
    assert one.text_hash != other.text_hash
    assert one.size == other.size


def test_what_cannot_be_parsed_is_kept_with_its_problem() -> None:
    kept('{"Statement": [}')
    document = Document.objects.get()
    assert document.text == '{"Statement": [}'
    assert document.problem == "Line 1, column 16: Expected a value, found }"
    assert document.canonical_hash == document.text_hash


def test_a_name_given_twice_is_a_problem_and_stays_in_the_text() -> None:
    text = '{"Statement": [], "Statement": []}'
    kept(text)
    assert Document.objects.get().text == text
    assert "given twice" in Document.objects.get().problem


@pytest.mark.stack
@pytest.mark.parametrize("text", ["\x00", "\ud800", '"\x00', "a\ud800\x00b"])
def test_what_no_database_takes_is_kept_nevertheless(text: str) -> None:
    assert len(kept(text)) == 1
    assert kept(text) == kept(text)


def test_many_take_as_many_queries_as_few() -> None:
    def queries_for(*actions: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            kept(*map(allowing, actions))
        return len(captured)

    assert queries_for("a:b") == queries_for(*(f"s3:Get{number}" for number in range(100)))


def test_a_reference_names_both_hashes() -> None:
    texts: dict[str, str] = {}
    reference = documents.refer(allowing("s3:*"), texts)
    assert reference.keys() == {"text", "canonical"}
    assert texts == {reference["text"]: allowing("s3:*")}
