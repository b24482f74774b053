"""Whatever comes in XML: what botocore can read is read alike, and what nobody can read is no answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape

import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.parsers import ResponseParserError, create_parser
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.aws.answers import prepare
from tests.aws.test_read_xml import IAM, NAMESPACE, answer, read

BOTOCORE = create_parser("query")
OPERATIONS = [name for name in IAM.operation_names if IAM.operation_model(name).output_shape is not None]
usual = settings(deadline=timedelta(seconds=5), suppress_health_check=[HealthCheck.too_slow])

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
LOOKS = st.sampled_from(["%7B%22a%22%3A 1%7D", "<b>", "&amp;", "a\nb", "]]>", " x ", "%C3%28", '{"a": "%20"}', ""])
# Of the first and the last year nobody can tell every time in every zone: those are refused.
YEARS = (datetime(2, 1, 1), datetime(9998, 12, 31))
SCALARS: dict[str, st.SearchStrategy[str]] = {
    "timestamp": st.one_of(
        st.datetimes(*YEARS).map(lambda time: time.isoformat(timespec="seconds") + "Z"),
        st.sampled_from(["2026-03-01T09:30:00.123Z", "2026-03-01T09:30:00+02:00", "1772357400", "1772357400.5"]),
    ),
    "boolean": st.sampled_from(["true", "false", "", "True"]),
    "integer": st.integers(0, 2**31 - 1).map(str),
    "long": st.integers(0, 2**63 - 1).map(str),
    "blob": st.sampled_from(["", "U0VFRA==", "AA=="]),
}


def xml_of(text: str, draw: Callable[..., Any]) -> str:
    """The text in one of XML's ways."""
    way = draw(st.sampled_from(["escaped", "numbered", "cdata", "commented"]))
    if way == "numbered":
        return "".join(f"&#{ord(character)};" for character in text)
    if way == "cdata" and "]]>" not in text:
        return f"<![CDATA[{text}]]>"
    half = len(text) // 2
    comment = "<!-- <member/> -->" if way == "commented" else ""
    return escape(text[:half]) + comment + escape(text[half:])


def filled(shape: Shape, draw: Callable[..., Any], depth: int = 0) -> str:
    """An element's content: members may be missing or empty, and stand in any order."""
    if isinstance(shape, StructureShape):
        most = len(shape.members) if depth < 4 else 0
        names = draw(st.lists(st.sampled_from(sorted(shape.members) or [""]), max_size=most, unique=True))
        parts = []
        for name in filter(None, names):
            tag = shape.members[name].serialization.get("name", name)
            inner = filled(shape.members[name], draw, depth + 1)
            parts.append(
                f"<{tag}>{inner}</{tag}>" if inner else draw(st.sampled_from([f"<{tag}/>", f"<{tag}></{tag}>"]))
            )
        return str(draw(st.sampled_from(["", "\n  ", "<!-- note -->"]))).join(parts)
    if isinstance(shape, ListShape):
        number = draw(st.integers(0, 3)) if depth < 4 else 0
        return "".join(f"<member>{filled(shape.member, draw, depth + 1)}</member>" for _ in range(number))
    if isinstance(shape, MapShape):
        keys = draw(st.lists(st.sampled_from(["Users", "Groups", "a&b"]), unique=True))
        return "".join(
            f"<entry><key>{escape(key)}</key><value>{filled(shape.value, draw, depth + 1)}</value></entry>"
            for key in keys
        )
    if shape.type_name == "string":
        return xml_of(draw(st.one_of(TEXTS, LOOKS)), draw)
    return str(draw(SCALARS[shape.type_name]))


@st.composite
def answers(draw: Callable[..., Any]) -> tuple[str, str]:
    operation = draw(st.sampled_from(OPERATIONS))
    shape = IAM.operation_model(operation).output_shape
    assert shape is not None
    return operation, answer(operation, filled(shape, draw))


def as_botocore(operation: str, body: str | bytes) -> dict[str, Any] | None:
    """None: it can't read it either."""
    shape = IAM.operation_model(operation).output_shape
    assert shape is not None
    try:
        return prepare(read(operation, body, parser=BOTOCORE), shape)
    except Exception:  # as it comes: botocore lets int() and others speak for themselves
        return None


def as_we(operation: str, body: str | bytes) -> dict[str, Any] | None:
    try:
        return read(operation, body)
    except ResponseParserError:
        return None


@usual
@given(answers())
def test_any_answer_of_iam_is_read_as_botocore_reads_it(given_: tuple[str, str]) -> None:
    operation, body = given_
    expected = as_botocore(operation, body)
    assert as_we(operation, body) == expected


@usual
@given(answers(), st.data())
def test_any_damage_is_an_answer_that_can_not_be_read(given_: tuple[str, str], data: st.DataObject) -> None:
    """Bytes that are cut off, lost or changed: a clean refusal, or what botocore makes of it."""
    operation, body = given_
    raw = body.encode()
    begin, length = data.draw(st.integers(0, len(raw))), data.draw(st.integers(0, 20))
    rest = data.draw(st.sampled_from([b"", raw[begin + length :], b"\x00\xff" + raw[begin:], b"<x/>" + raw[begin:]]))
    as_we(operation, raw[:begin] + rest)  # raises nothing else


ENTITY = '<!DOCTYPE x [<!ENTITY a "{}">]>'
BOMB = '<!DOCTYPE x [<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9)) + "]>"
USER = answer("GetUser", "<User><UserName>{}</UserName></User>")
NO_ANSWERS = {
    "nothing": "",
    "white space": "  \n",
    "a page of a proxy": "<!DOCTYPE html><html><body>Sign in</body></html>",
    "well-formed HTML": "<html><body>Sign in</body></html>",
    "JSON": '{"User": {}}',
    "another answer": answer("GetRole", "<Role/>"),
    "an error with status 200": f"<ErrorResponse {NAMESPACE}><Error><Code>AccessDenied</Code></Error></ErrorResponse>",
    "an entity": ENTITY.format("eve") + USER.format("&a;"),
    "a file": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>' + USER.format("&a;"),
    "a bomb": BOMB + USER.format("&a8;"),
    "an unknown entity": USER.format("&eve;"),
    "an encoding nobody knows": '<?xml version="1.0" encoding="x-klingon"?>' + USER.format("eve"),
    "NUL": USER.format("&#0;"),
    "half a surrogate pair": USER.format("&#xD800;"),
    "two roots": USER.format("eve") * 2,
}


@pytest.mark.parametrize("body", NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_what_is_no_answer_is_refused(body: str) -> None:
    with pytest.raises(ResponseParserError):
        read("GetUser", body)


@pytest.mark.parametrize(
    ("operation", "result"),
    [
        ("GetUser", "<User><CreateDate>yesterday</CreateDate></User>"),
        ("GetRole", "<Role><MaxSessionDuration>an hour</MaxSessionDuration></Role>"),
        ("GetRole", f"<Role><MaxSessionDuration>{'9' * 5_000}</MaxSessionDuration></Role>"),
        ("GetRole", f"<Role><MaxSessionDuration>{2**31}</MaxSessionDuration></Role>"),
        ("GetRole", "<Role><MaxSessionDuration>-1</MaxSessionDuration></Role>"),
        ("GetAccountSummary", f"<SummaryMap><entry><key>Users</key><value>{'9' * 30}</value></entry></SummaryMap>"),
        ("GetCredentialReport", "<Content>U</Content>"),
        ("GetAccountSummary", "<SummaryMap><entry><key>Users</key></entry></SummaryMap>"),
        ("GetUser", f"<User>{'<Newer>' * 5_000}{'</Newer>' * 5_000}</User>"),
    ],
)
def test_a_value_that_is_none_is_refused(operation: str, result: str) -> None:
    with pytest.raises(ResponseParserError):
        read(operation, answer(operation, result))


def test_a_namespace_by_prefix_is_the_same() -> None:
    body = USER.format("eve").replace("xmlns=", "xmlns:a=").replace("</", "</a:").replace("<", "<a:")
    assert read("GetUser", body.replace("<a:/a:", "</a:"))["User"] == {"UserName": "eve"}


def test_a_document_type_in_a_text_is_a_text() -> None:
    result = "<SAMLMetadataDocument>&lt;!DOCTYPE x&gt;</SAMLMetadataDocument>"
    assert read("GetSAMLProvider", answer("GetSAMLProvider", result))["SAMLMetadataDocument"] == "<!DOCTYPE x>"
