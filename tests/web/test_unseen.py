"""Characters that nobody sees are shown on every page, and kept as they are where they are copied or sent back."""

from __future__ import annotations

import unicodedata

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from characters import UNSEEN, shown, unseen_in
from iamconsole.web.diff import document_diff, json_lines, lines_of, text_diff
from iamconsole.web.middleware import UnseenCharactersMiddleware

# Format characters that print: Unicode Standard, "Prepended_Concatenation_Mark" and those of Egyptian hieroglyphs.
PRINTED = set("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")


def page(html: str, kind: str = "text/html; charset=utf-8") -> str:
    answered = UnseenCharactersMiddleware(lambda request: HttpResponse(html, content_type=kind))(
        RequestFactory().get("/")
    )
    assert isinstance(answered, HttpResponse)
    return answered.content.decode()


@given(st.characters(categories=["Cc", "Cf", "Zs", "Zl", "Zp", "Cs"]))
def test_what_prints_as_nothing_or_as_a_blank_is_shown(character: str) -> None:
    assert bool(UNSEEN.search(character)) is (character not in PRINTED and character not in " \t\n\r")


@given(st.characters(categories=["L", "N", "P", "S", "M"]))
def test_what_prints_is_not(character: str) -> None:
    fillers = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
    if UNSEEN.search(character):
        assert (
            character in fillers
            or "VARIATION SELECTOR" in unicodedata.name(character, "")
            or ("\U00013430" <= character <= "\U0001345f")
        )


def test_by_their_numbers() -> None:
    assert shown("adm\u00adin\u202e") == "adm⟨U+00AD⟩in⟨U+202E⟩"
    assert unseen_in("a\u200b\u200b\u00a0") == ["U+200B", "U+00A0"]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>adm\u00adin</p>", "<p>adm⟨U+00AD⟩in</p>"),
        ("<title>a\u202eb</title>", "<title>a⟨U+202E⟩b</title>"),
        ('<button data-copy="a\u00adb">a\u00adb</button>', '<button data-copy="a\u00adb">a⟨U+00AD⟩b</button>'),
        ('<i title="a > \u00ad">\u0085</i>', '<i title="a > \u00ad">⟨U+0085⟩</i>'),
        ("<textarea>a\u00a0b</textarea>\u00a0", "<textarea>a\u00a0b</textarea>⟨U+00A0⟩"),
        ('<script type="application/json">"\u200b"</script>', '<script type="application/json">"\u200b"</script>'),
        ("<p>… “é” 漢字 ✓ a &nbsp;b</p>\n\t", "<p>… “é” 漢字 ✓ a &nbsp;b</p>\n\t"),
    ],
)
def test_on_pages(html: str, expected: str) -> None:
    assert page(html) == expected


def test_files_keep_what_they_hold() -> None:
    assert page("a\u00adb", "text/csv") == "a\u00adb"
    assert page('"\u00ad"', "application/json") == '"\u00ad"'


@pytest.mark.parametrize("character", ["\x85", "\u2028", "\x0b", "\x1c"])
def test_only_line_ends_end_lines(character: str) -> None:
    """Else a difference would show two lines, and not what parts them."""
    assert lines_of(f"a{character}b\r\nc\n") == [f"a{character}b", "c"]
    assert [line.text for line in text_diff("a", f"a{character}b")] == ["a", f"a{character}b"]
    old, new = '{"Sid": "ab"}', f'{{"Sid": "a{character}b"}}'
    assert len(document_diff(old, new)) == len(document_diff(old, '{"Sid": "axb"}'))
    assert len(json_lines(f'"a{character}b"')) == 1
