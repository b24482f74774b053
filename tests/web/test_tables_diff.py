"""The difference of two texts, line by line."""

from __future__ import annotations

from iamconsole.web.diff import document_diff, laid_out, side_by_side, text_diff

OLD = "\n".join(f"line {n}" for n in range(20))


def test_equal_texts_have_none() -> None:
    assert text_diff(OLD, OLD) == []


def test_long_unchanged_runs_are_counted() -> None:
    assert text_diff(OLD, OLD.replace("line 10", "ten")) == [
        ("…", "7 unchanged lines"),
        (" ", "line 7"),
        (" ", "line 8"),
        (" ", "line 9"),
        ("-", "line 10"),
        ("+", "ten"),
        (" ", "line 11"),
        (" ", "line 12"),
        (" ", "line 13"),
        ("…", "6 unchanged lines"),
    ]


def test_nothing_is_lost_or_invented() -> None:
    new = "first\n" + OLD.replace("line 3\n", "").replace("line 15", "fifteen")
    lines = text_diff(OLD, new, context=100)
    assert "\n".join(line.text for line in lines if line.sign != "+") == OLD
    assert "\n".join(line.text for line in lines if line.sign != "-") == new


def test_one_line_is_never_left_out() -> None:
    old = "\n".join("abcdefg")
    assert ("…", "1 unchanged line") not in text_diff(old, old.replace("a", "A").replace("g", "G"), context=2)


def test_from_nothing() -> None:
    assert text_diff("", "a\nb") == [("+", "a"), ("+", "b")]


def test_documents_differ_by_what_they_say() -> None:
    assert document_diff('{"a":1}', '{\n  "a": 1\n}') == []
    assert document_diff('{"a":1}', '{"a":2}') == [(" ", "{"), ("-", '  "a": 1'), ("+", '  "a": 2'), (" ", "}")]


def test_a_list_that_grows_gains_its_new_lines_alone() -> None:
    assert signed('{"Action": ["a", "b"]}', '{"Action": ["a", "b", "c"]}') == ['+    "c"']
    assert signed('{"Action": ["b", "c"]}', '{"Action": ["a", "b"]}') == ['+    "a",', '-    "c"']
    assert signed('{"tags": {"a": "1"}}', '{"tags": {"a": "1"}, "trust": {"b": "2"}}') == [
        '+  "trust": {',
        '+    "b": "2"',
        "+  }",
    ]


def test_one_text_or_none_is_a_list_where_the_other_has_a_list() -> None:
    assert signed('{"AWS": "a"}', '{"AWS": ["a", "b"]}') == ['+    "b"']
    assert signed('{"AWS": ["a", "b"]}', '{"AWS": "b"}') == ['-    "a",']
    assert signed('{"attached": [], "tags": {}}', '{"attached": ["x"], "tags": {"a": "1"}}') == [
        '+    "x"',
        '+    "a": "1"',
    ]
    assert signed('{"AWS": "a"}', '{"AWS": "b"}') == ['-  "AWS": "a"', '+  "AWS": "b"']


def signed(old: str, new: str) -> list[str]:
    return [f"{line.sign}{line.text}" for line in document_diff(old, new) if line.sign in "+-"]


def test_commas_alone_differ_where_one_is_no_json() -> None:
    assert signed("{oops,", "{oops") == ["-{oops,", "+{oops"]


def test_side_by_side_keeps_each_ones_commas() -> None:
    left, right = side_by_side('{"a": 1}', '{"a": 1, "b": 2}')
    assert (left[1], right[1]) == ((" ", '  "a": 1'), (" ", '  "a": 1,'))


def test_a_repeated_key_is_not_laid_out() -> None:
    assert laid_out('{"a":1,"a":2}') == '{"a":1,"a":2}'
    assert laid_out("{oops") == "{oops"


def test_side_by_side_has_two_columns_of_equal_height() -> None:
    left, right = side_by_side("a\nb\nc\nd", "a\nB\nb2\nc\nd\ne")
    assert left == [(" ", "a"), ("-", "b"), (" ", ""), (" ", "c"), (" ", "d"), (" ", "")]
    assert right == [(" ", "a"), ("+", "B"), ("+", "b2"), (" ", "c"), (" ", "d"), ("+", "e")]


def test_side_by_side_equal_texts_are_shown_whole() -> None:
    assert side_by_side("a\nb", "a\nb") == ([(" ", "a"), (" ", "b")], [(" ", "a"), (" ", "b")])
