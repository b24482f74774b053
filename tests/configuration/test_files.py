"""The file: what is written is what is read, and what could do harm is refused with its line."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from configuration import files
from configuration.differences import DifferenceKind, differences
from configuration.files import State
from configuration.sections import SECTIONS
from configuration.shapes import BadFile, EntryShape, Flag, ListShape, MapOf, Struct, Text, TextOrTexts
from tests.services.fuzzing import as_long_as_asked

HEAD = "iam_console: '1'\n"
# What a database keeps: no NUL, no halves of surrogates.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40) | st.sampled_from(
    [
        "yes",
        "null",
        "~",
        "012",
        "1e3",
        "2026-01-01",
        "=",
        "<<",
        "- a",
        "a: b",
        "#",
        "'",
        '"',
        "&a",
        "*a",
        "!b",
        " a ",
        "\n",
        "|",
    ]
)


def values_of(shape: EntryShape) -> st.SearchStrategy[Any]:
    match shape:
        case Text(among=among):
            return st.sampled_from(among) if among else TEXTS
        case Flag():
            return st.booleans()
        case ListShape(of=of):
            return st.lists(values_of(of), max_size=3)
        case TextOrTexts():
            return TEXTS | st.lists(TEXTS, max_size=3)
        case MapOf(of=of):
            return st.dictionaries(TEXTS, values_of(of), max_size=3)
        case Struct(of=members):
            return st.fixed_dictionaries({name: values_of(member.shape) for name, member in members.items()})
    raise NotImplementedError(shape)


@st.composite
def states(draw: Any) -> State:
    found: State = {}
    for section in SECTIONS:
        entries = map(section.normal, draw(st.lists(values_of(section.shape), max_size=3)))
        found[section.name] = {section.key_of(each): each for each in entries if not section.misshapen(each)}
    return found


@as_long_as_asked(60)
@given(states())
def test_what_is_written_is_what_is_read(state: State) -> None:
    read = files.read(files.written(state, "abc", ["A comment"]).encode())
    assert read.state == state
    assert read.based_on == "abc"
    assert files.restored(files.stored(state)) == state
    assert differences(state, state, read) == []


@as_long_as_asked(60)
@given(states(), states(), states())
def test_a_merge_does_what_the_file_did_and_loses_nothing_of_the_console(base: State, now: State, said: State) -> None:
    read = files.read(files.written(said, "abc").encode())
    kinds = {(each.section.name, each.key): each.kind for each in differences(base, now, read)}
    for section in SECTIONS:
        for key in base[section.name].keys() | now[section.name].keys() | said[section.name].keys():
            began, there, wanted = (each[section.name].get(key) for each in (base, now, said))
            kind = kinds.get((section.name, key))
            if there == wanted:
                assert kind is None
            elif wanted == began:
                assert kind is DifferenceKind.KEPT, "the file didn’t touch it"
            elif there == began:
                assert kind not in (None, DifferenceKind.KEPT, DifferenceKind.CONFLICT)
            else:
                assert kind is DifferenceKind.CONFLICT


def refusal(text: str | bytes) -> str:
    with pytest.raises(BadFile) as caught:
        files.read(text if isinstance(text, bytes) else text.encode())
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            f"{HEAD}grants:\n- operator: a@b.example\n  role: viewer\n  aws_acount: '1'\n",
            "Line 5: There is no “aws_acount”",
        ),
        (f"{HEAD}grant: []\n", "Line 2: There is no “grant” here"),
        (f"{HEAD}grants:\n- operator: a@b.example\n  role: king\n  aws_account: all\n", "Line 4: “king” isn’t one of"),
        (f"{HEAD}grants:\n- role: viewer\n  aws_account: all\n", "Line 3: Say either “operator”"),
        (f"{HEAD}grants:\n- operator: a@b.example\n  aws_account: all\n", "Line 3: “role” is missing here."),
        (f"{HEAD}labels:\n- name: a\n  name: b\n  aws_accounts: []\n", "Line 4: “name” is said twice."),
        (
            f"{HEAD}labels:\n- name: a\n  aws_accounts: []\n- name: A\n  aws_accounts: []\n",
            "Line 5: It says the same label as line 3",
        ),
        (f"{HEAD}labels: &x []\ngrants: *x\n", "Line 2: Anchors and aliases"),
        (f"{HEAD}labels: !!python/object/apply:os.system ['true']\n", "Line 2: Tags (!) aren’t taken."),
        (f"{HEAD}labels: {'[' * 50}{']' * 50}\n", "Line 2: More than 10 lists"),
        (f"{HEAD}labels: [\n", "Line 3: This isn’t YAML"),
        (f"{HEAD}labels:\n- 5\n", "Line 3: Write names and values here"),
        (f"{HEAD}labels: a\n", "Line 2: Write a list here"),
        (f"{HEAD}labels:\n- name: [a]\n  aws_accounts: []\n", "Line 3: Write a text here."),
        ("iam_console: '2'\n", "Line 1: The file doesn’t begin with"),
        ("a\n", "Line 1: Write names and values here"),
        ("", "The file is empty."),
        (b"iam_console: '1'\n\xff", "Line 2: This isn’t UTF-8"),
        (b"#" * 1_000_001, "more than 1 MB"),
        (f'{HEAD}labels:\n- name: "a\\0b"\n  aws_accounts: []\n', "Line 3: There is a character"),
        (f"{HEAD}a: {{? [b] : c}}\n", "Line 2"),
    ],
)
def test_what_cant_be_is_refused_with_its_line(text: str | bytes, said: str) -> None:
    assert said in refusal(text)


def test_a_billion_laughs_are_refused_before_they_are_made() -> None:
    laughs = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10))
    assert "Anchors and aliases" in refusal(f"a0: &a0 ['lol']\n{laughs}")


def test_many_empty_entries_are_refused() -> None:
    assert "too much" in refusal(f"{HEAD}labels: [{'a,' * 300_000}a]")


def test_texts_are_taken_as_they_are_written() -> None:
    text = f"{HEAD}labels:\n- name: no\n  aws_accounts: [012345678901, 123456789012]\n"
    assert files.read(text.encode()).state["labels"] == {
        ("no",): {"name": "no", "aws_accounts": ["012345678901", "123456789012"]}
    }


def test_a_section_that_isnt_there_is_left_alone() -> None:
    state: State = {section.name: {} for section in SECTIONS}
    there: State = {**state, "labels": {("a",): {"name": "a", "aws_accounts": []}}}
    assert differences(there, there, files.read(HEAD.encode())) == []
    [gone] = differences(there, there, files.read(f"{HEAD}labels: []\n".encode()))
    assert gone.kind is DifferenceKind.REMOVED


def test_the_file_is_plain_yaml() -> None:
    state: State = {section.name: {} for section in SECTIONS}
    state["labels"] = {("é",): {"name": "é", "aws_accounts": ["012345678901"]}}
    said = yaml.safe_load(files.written(state, "abc"))
    assert said["labels"] == [{"name": "é", "aws_accounts": ["012345678901"]}]
