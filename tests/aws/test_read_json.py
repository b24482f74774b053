"""Answers in AWS's JSON protocol mean what botocore's own reading of them means, and hold no secret in clear."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.parsers import ResponseParserError, ResponseParserFactory

from sync.aws.answers import _Parsers
from sync.aws.secrets import Secret
from tests.services.aws_models import model_of

USER = {
    "Username": "jane",
    "Attributes": [{"Name": "sub", "Value": "1"}, {"Name": "name", "Value": "Jané \u0000"}, {"Name": "nick"}],
    "UserCreateDate": 1700000000.137,
    "Enabled": True,
    "UserStatus": "CONFIRMED",
    "OfANewerAws": {"a": 1},
}
CLIENT = {"ClientId": "1", "ClientSecret": "s3cret", "TokenValidityUnits": {"AccessToken": "hours"}, "LogoutURLs": []}
PROVIDER = {"ProviderName": "Google", "ProviderDetails": {"client_id": "a", "client_secret": "s3cret"}}
HEADERS = {"x-amzn-RequestId": "r-1", "Content-Type": "application/x-amz-json-1.1"}


def answer(body: bytes) -> dict[str, Any]:
    return {"status_code": 200, "headers": HEADERS, "body": body}


def shape_of(operation: str) -> Any:
    return model_of("cognito-idp").operation_model(operation).output_shape


def ours(operation: str, described: Any) -> dict[str, Any]:
    parsed: dict[str, Any] = (
        _Parsers().create_parser("json").parse(answer(json.dumps(described).encode()), shape_of(operation))
    )
    return parsed


def test_as_botocore_reads_it_but_for_what_no_database_takes() -> None:
    described = {"Users": [USER], "PaginationToken": "next"}
    bare = (
        ResponseParserFactory()
        .create_parser("json")
        .parse(answer(json.dumps(described).encode()), shape_of("ListUsers"))
    )
    bare["Users"][0]["Attributes"][1]["Value"] = "Jané \ufffd"
    bare["ResponseMetadata"]["HTTPHeaders"] = dict(bare["ResponseMetadata"]["HTTPHeaders"])
    assert ours("ListUsers", described) | {"ResponseMetadata": None} == bare | {"ResponseMetadata": None}
    assert ours("ListUsers", described)["ResponseMetadata"]["RequestId"] == "r-1"


def test_what_has_no_escape_in_it_is_read_alike() -> None:
    """There is nothing to be replaced in it, so that nobody looks."""
    user = USER | {"Attributes": [{"Name": "name", "Value": "Jané"}, {"Name": None}, {"Name": "nick", "Newer": [1]}]}
    body = json.dumps({"Users": [user, user | {"Username": "rené"}]}, ensure_ascii=False).encode()
    assert b"\\u" not in body
    shape = shape_of("ListUsers")
    bare = ResponseParserFactory().create_parser("json").parse(answer(body), shape)
    assert _Parsers().create_parser("json").parse(answer(body), shape)["Users"] == bare["Users"]


@pytest.mark.parametrize("value", ['"a \\u0000 b"', '"a \\ud800 b"', '"a \ud800 b"'])
def test_what_no_database_takes_is_replaced(value: str) -> None:
    """Half a surrogate pair may also stand there as it is."""
    body = f'{{"Users":[{{"Attributes":[{{"Name":"name","Value":{value}}}]}}]}}'.encode("utf-8", "surrogatepass")
    [user] = _Parsers().create_parser("json").parse(answer(body), shape_of("ListUsers"))["Users"]
    assert user["Attributes"][0]["Value"] in ("a \ufffd b", "a ? b")


def test_secrets_are_wrapped() -> None:
    client = ours("DescribeUserPoolClient", {"UserPoolClient": CLIENT})["UserPoolClient"]
    assert client["ClientSecret"] == Secret("s3cret")
    assert client["TokenValidityUnits"] == {"AccessToken": "hours"}
    provider = ours("DescribeIdentityProvider", {"IdentityProvider": PROVIDER})["IdentityProvider"]
    assert provider["ProviderDetails"] == {"client_id": "a", "client_secret": Secret("s3cret")}


@pytest.mark.parametrize(
    "described",
    [
        [],
        {"Users": {}},
        {"Users": "none"},
        {"Users": [1]},
        {"Users": [{"Username": 7}]},
        {"Users": [{"Attributes": [{"Name": "name", "Value": 7}]}]},
        {"Users": [{"Attributes": ["name"]}]},
        {"Users": [{"UserCreateDate": 1e18}]},
        {"Users": [{"UserCreateDate": "soon"}]},
    ],
)
def test_what_is_no_such_answer_is_refused(described: Any) -> None:
    with pytest.raises(ResponseParserError):
        ours("ListUsers", described)
