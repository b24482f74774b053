"""Answers in XML are read in one walk of our own: what comes out is what botocore reads, and a little more."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.model import ListShape, MapShape, StructureShape
from botocore.parsers import ResponseParserError, create_parser

from bench.large_account import TINY, pages
from sync.aws.answers import _Parsers, prepare
from sync.aws.secrets import Secret
from tests.services.aws_models import model_of

NAMESPACE = 'xmlns="https://iam.amazonaws.com/doc/2010-05-08/"'
IAM = model_of("iam")
OURS = _Parsers().create_parser("query")
LISTING = "GetAccountAuthorizationDetails"


def response(body: str | bytes, status: int = 200) -> dict[str, Any]:
    body = body.encode() if isinstance(body, str) else body
    return {"body": body, "headers": {"X-Amzn-RequestId": "r"}, "status_code": status, "context": {}}


def read(operation: str, body: str | bytes, status: int = 200, parser: Any = OURS) -> dict[str, Any]:
    parsed: dict[str, Any] = parser.parse(response(body, status), IAM.operation_model(operation).output_shape)
    return parsed


def answer(operation: str, result: str) -> str:
    return f"<{operation}Response {NAMESPACE}><{operation}Result>{result}</{operation}Result></{operation}Response>"


@pytest.mark.parametrize("page", range(2))
def test_a_page_is_what_botocore_reads(page: int) -> None:
    body = list(pages(TINY, 370))[page]
    shape = IAM.operation_model(LISTING).output_shape
    assert shape is not None
    assert read(LISTING, body) == prepare(read(LISTING, body, parser=create_parser("query")), shape)


def test_every_answer_of_iam_is_read_as_botocore_reads_it() -> None:
    """Each operation's output, with a value in every place that the model has."""
    read_by_us = 0
    for operation in IAM.operation_names:
        shape = IAM.operation_model(operation).output_shape
        if shape is None:
            continue
        body = answer(operation, _sample(shape))
        usual = prepare(read(operation, body, parser=create_parser("query")), shape)
        assert read(operation, body) == usual, operation
        read_by_us += 1
    assert read_by_us > 100


def _sample(shape: Any) -> str:
    if isinstance(shape, StructureShape):
        return "".join(
            f"<{part.serialization.get('name', name)}>{_sample(part)}</{part.serialization.get('name', name)}>"
            for name, part in shape.members.items()
        )
    if isinstance(shape, ListShape):
        return f"<member>{_sample(shape.member)}</member>" * 2
    if isinstance(shape, MapShape):
        return f"<entry><key>Users</key><value>{_sample(shape.value)}</value></entry>"
    samples = {"timestamp": "2026-03-01T09:30:00Z", "boolean": "true", "integer": "7", "long": "7", "blob": "U0VFRA=="}
    return samples.get(shape.type_name, "a%7Bb &lt;é&gt;")


def test_what_the_model_lacks_is_kept() -> None:
    more = "<Since>now</Since><Keys><member>a</member><member>b</member></Keys><By><Name>x</Name><Note/></By>"
    user = read("GetUser", answer("GetUser", f"<User><UserName>eve</UserName>{more}</User>"))["User"]
    assert user == {"UserName": "eve", "Since": "now", "Keys": ["a", "b"], "By": {"Name": "x", "Note": ""}}


def test_secrets_are_wrapped() -> None:
    key = "<AccessKey><UserName>eve</UserName><SecretAccessKey>shh</SecretAccessKey></AccessKey>"
    assert read("CreateAccessKey", answer("CreateAccessKey", key))["AccessKey"]["SecretAccessKey"] == Secret("shh")


def test_an_answer_tells_its_request() -> None:
    body = answer("GetUser", "<User/>").replace(
        "</GetUserResponse>",
        "<ResponseMetadata><RequestId>abc</RequestId></ResponseMetadata></GetUserResponse>",
    )
    metadata = read("GetUser", body)["ResponseMetadata"]
    assert metadata == {"RequestId": "abc", "HTTPStatusCode": 200, "HTTPHeaders": {"x-amzn-requestid": "r"}}


def test_an_error_is_botocores_to_read() -> None:
    body = f"<ErrorResponse {NAMESPACE}><Error><Code>NoSuchEntity</Code><Message>No.</Message></Error></ErrorResponse>"
    assert read("GetUser", body, 404)["Error"] == {"Code": "NoSuchEntity", "Message": "No."}


@pytest.mark.parametrize(
    "body", ["", "<html>", "<GetUserResponse/>", answer("GetUser", "<User>")[:-20], answer("GetRole", "<Role/>")]
)
def test_what_is_no_answer_can_not_be_read(body: str) -> None:
    with pytest.raises(ResponseParserError):
        read("GetUser", body)
