"""What is read out of what somebody pasted: AWS's wordings, events, decoded messages, and texts that are none."""

from __future__ import annotations

import html
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.denied.reading import LONGEST, MOST, read
from access.denied.requests import DeniedRequest, ReadFrom
from sync.aws.denial import Layer
from tests.access.denied_messages import DETAILS, ENCODED, JOHN, OBJECT, SAMPLES, SESSION, Sample
from tests.services.fuzzing import as_long_as_asked


def only(text: str) -> DeniedRequest:
    reading = read(text)
    assert reading.problem == ""
    [found] = reading.requests
    return found


def told(found: DeniedRequest) -> tuple[object, ...]:
    return (found.principal, found.action, found.resource, found.layer, found.explicit)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: f"{sample.source}: {sample.text[-60:]}")
def test_each_wording_of_aws_is_read(sample: Sample) -> None:
    expected = (sample.principal, sample.action, sample.resource, sample.layer, sample.explicit)
    assert told(only(sample.text)) == expected
    for quoted in (
        html.escape(sample.text),
        json.dumps({"__type": "AccessDeniedException", "message": sample.text}),
        "2026-11-28 18:02 ERROR [job-1] ".join(("", sample.text)),
        f"'{sample.text}'",
        f"\u2577\n\u2502 Error: {sample.text}\n\u2502\n\u2575",
        f"> {sample.text}",
        f"<Error><Code>AccessDenied</Code><Message>{html.escape(sample.text)}</Message></Error>",
        f"<pre>{html.escape(html.escape(sample.text))}</pre>",
    ):
        assert told(only(quoted)) == expected, quoted


def test_what_stands_beside_a_message_is_read() -> None:
    details = only(next(each.text for each in SAMPLES if DETAILS in each.text))
    assert (details.authorization_id, details.region) == (DETAILS, "us-east-1")
    assert details.policy == "arn:aws:iam::123456789012:policy/ExampleDenyPolicy"
    transitive = only(next(each.text for each in SAMPLES if "transitively" in each.text))
    assert transitive.through is Layer.SCP
    assert only(next(each.text for each in SAMPLES if ENCODED in each.text)).encoded == ENCODED
    words = only(next(each.text for each in SAMPLES if "user bob" in each.text))
    assert words.resource_words == "user bob"


@pytest.mark.parametrize(
    "text",
    [
        ENCODED,
        f"  {ENCODED}\n",
        f'"{ENCODED}"',
        f"An error occurred (UnauthorizedOperation) when calling the RunInstances operation: You are not authorized to "
        f"perform this operation. Encoded authorization failure message: {ENCODED}",
        f"Client.UnauthorizedOperation: … Encoded authorization failure message: {ENCODED[:60]}\n   {ENCODED[60:]}\n",
    ],
)
def test_an_encoded_message_is_found(text: str) -> None:
    assert only(text).encoded == ENCODED


def test_several_messages_are_told_apart_and_equal_ones_are_one() -> None:
    texts = [each.text for each in SAMPLES]
    reading = read("\n".join([*texts, *texts]))
    kinds = {told(only(text)) for text in texts}
    assert {told(each) for each in reading.requests} == kinds
    assert len(reading.requests) == len(kinds)


def test_more_than_can_be_chosen_from_are_counted() -> None:
    text = "\n".join(
        f"User: {JOHN} is not authorized to perform: s3:GetObject on resource: {OBJECT}{n}" for n in range(60)
    )
    reading = read(text)
    assert (len(reading.requests), reading.left_out) == (MOST, 60 - MOST)


# ---- CloudTrail and STS --------------------------------------------------------------------------------------
EVENT: dict[str, Any] = {
    "eventVersion": "1.11",
    "userIdentity": {
        "type": "AssumedRole",
        "arn": SESSION,
        "accountId": "111122223333",
        "sessionContext": {
            "sessionIssuer": {"type": "Role", "arn": "arn:aws:iam::111122223333:role/jobs/role-name"},
            "attributes": {"mfaAuthenticated": "false", "creationDate": "2026-11-28T17:00:00Z"},
        },
    },
    "eventTime": "2026-11-28T18:02:00Z",
    "eventSource": "s3.amazonaws.com",
    "eventName": "HeadObject",
    "awsRegion": "eu-west-1",
    "sourceIPAddress": "198.51.100.7",
    "userAgent": "[aws-cli/2.31]",
    "errorCode": "AccessDenied",
    "errorMessage": "Access Denied",
    "requestParameters": {"bucketName": "acme-archive", "key": "2026/11/28.csv"},
    "tlsDetails": {"tlsVersion": "TLSv1.3"},
}


def test_an_event_tells_who_what_where_and_with_which_condition_keys() -> None:
    found = only(json.dumps(EVENT))
    assert told(found) == (SESSION, "s3:GetObject", "arn:aws:s3:::acme-archive/2026/11/28.csv", None, None)
    assert (found.role_arn, found.at) == ("arn:aws:iam::111122223333:role/jobs/role-name", EVENT["eventTime"])
    assert found.context == {
        "aws:sourceip": ("198.51.100.7",),
        "aws:requestedregion": ("eu-west-1",),
        "aws:currenttime": ("2026-11-28T18:02:00Z",),
        "aws:securetransport": ("true",),
        "aws:useragent": ("[aws-cli/2.31]",),
        "aws:multifactorauthpresent": ("false",),
    }


def test_an_event_s_own_message_says_which_layer() -> None:
    message = (
        f'User: {SESSION} is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::b" because no session '
        "policy allows the s3:ListBucket action"
    )
    found = only(json.dumps(EVENT | {"errorMessage": message}))
    assert told(found) == (SESSION, "s3:ListBucket", "arn:aws:s3:::b", Layer.SESSION, False)
    assert found.read_from is ReadFrom.EVENT


@pytest.mark.parametrize(
    "wrapped",
    [
        {"Records": [EVENT]},
        {"Events": [{"EventName": "HeadObject", "CloudTrailEvent": json.dumps(EVENT)}]},
        {"version": "0", "detail-type": "AWS API Call via CloudTrail", "detail": EVENT},
        {"events": [{"timestamp": 1, "message": json.dumps(EVENT)}]},
        [EVENT, EVENT | {"errorCode": None}],
    ],
)
def test_an_event_is_found_in_what_aws_puts_around_it(wrapped: object) -> None:
    assert only(json.dumps(wrapped, indent=2)).action == "s3:GetObject"


def test_events_line_by_line_are_read() -> None:
    other = EVENT | {"eventName": "PutObject"}
    found = read(f"{json.dumps(EVENT)}\n{json.dumps(other)}\n").requests
    assert [each.action for each in found] == ["s3:GetObject", "s3:PutObject"]


@pytest.mark.parametrize(
    ("identity", "principal"),
    [
        ({"type": "IAMUser", "arn": JOHN, "userName": "JohnDoe"}, JOHN),
        ({"type": "Root", "accountId": "123456789012"}, "arn:aws:iam::123456789012:root"),
        ({"type": "AWSService", "invokedBy": "cloudtrail.amazonaws.com"}, "cloudtrail.amazonaws.com"),
        (
            {"type": "FederatedUser", "arn": "arn:aws:sts::123456789012:federated-user/eve"},
            "arn:aws:sts::123456789012:federated-user/eve",
        ),
        ({"type": "AWSAccount", "accountId": "999900009999", "principalId": "AIDAEXAMPLE"}, ""),
        ({}, ""),
        ("HIDDEN_DUE_TO_SECURITY_REASONS", ""),
    ],
)
def test_an_event_tells_who_asked(identity: object, principal: str) -> None:
    assert only(json.dumps(EVENT | {"userIdentity": identity})).principal == principal


@pytest.mark.parametrize(
    ("source", "name", "action"),
    [
        ("lambda.amazonaws.com", "UpdateFunctionCode20150331v2", "lambda:UpdateFunctionCode"),
        ("lambda.amazonaws.com", "Invoke", "lambda:InvokeFunction"),
        ("monitoring.amazonaws.com", "PutMetricData", "cloudwatch:PutMetricData"),
        ("s3.amazonaws.com", "ListObjects", "s3:ListBucket"),
        ("s3.amazonaws.com", "NoSuchCall", ""),
    ],
)
def test_an_event_tells_the_permission(source: str, name: str, action: str) -> None:
    assert only(json.dumps(EVENT | {"eventSource": source, "eventName": name})).action == action


def test_an_event_of_a_call_that_worked_is_no_denial() -> None:
    reading = read(json.dumps({key: value for key, value in EVENT.items() if not key.startswith("error")}))
    assert (reading.requests, reading.problem) == (
        (),
        "AWS did not deny s3:HeadObject: this event has no error code that says so.",
    )


DECODED = {
    "allowed": False,
    "explicitDeny": True,
    "matchedStatements": {"items": [{"statementId": "NoBigOnes", "effect": "DENY"}]},
    "failures": {"items": []},
    "context": {
        "principal": {"id": "AROA123456789EXAMPLE:Ana", "arn": SESSION},
        "action": "RunInstances",
        "resource": "arn:aws:ec2:us-east-1:111122223333:instance/*",
        "conditions": {
            "items": [
                {"key": "aws:Region", "values": {"items": [{"value": "us-east-1"}]}},
                {"key": "aws:Service", "values": {"items": [{"value": "ec2"}]}},
                {"key": "ec2:InstanceType", "values": {"items": [{"value": "m7i.large"}]}},
            ]
        },
    },
}


@pytest.mark.parametrize("text", [json.dumps(DECODED), json.dumps({"DecodedMessage": json.dumps(DECODED)}, indent=4)])
def test_what_sts_decoded_is_read(text: str) -> None:
    found = only(text)
    assert told(found) == (SESSION, "ec2:RunInstances", DECODED["context"]["resource"], None, True)  # type: ignore[index]
    assert found.statement == "NoBigOnes"
    assert found.context == {"ec2:instancetype": ("m7i.large",), "aws:requestedregion": ("us-east-1",)}


# ---- Texts that say little or nothing ------------------------------------------------------------------------
def test_another_language_is_read_by_the_names_in_it() -> None:
    text = f"ユーザー: {JOHN} には次を実行する権限がありません: ec2:RunInstances リソース: {OBJECT}。"
    found = only(text)
    assert told(found)[:2] == (JOHN, "ec2:RunInstances")
    assert found.read_from is ReadFrom.PARTS


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "There is no text yet"),
        ("   \n", "There is no text yet"),
        ("hello", "There is no denial in this text"),
        ("x" * (LONGEST + 1), "This is longer than 200,000 characters."),
        (json.dumps(EVENT, indent=1)[:300], "This JSON ends, or breaks, at line"),
        ("[" * 100_000, "nested too deeply"),
        (f'{{"n": {"9" * 5_000}}}', "a number of thousands of digits"),
        ("{}", "There is no denial in this text"),
        ("null", "There is no denial in this text"),
    ],
)
def test_what_says_nothing_gets_a_sentence(text: str, problem: str) -> None:
    reading = read(text)
    assert reading.requests == ()
    assert problem in reading.problem


def test_half_an_event_is_read_by_the_message_in_it() -> None:
    message = next(each.text for each in SAMPLES if "explicit deny in a VPC endpoint policy" in each.text)
    text = json.dumps({"errorMessage": message} | {**EVENT, "errorMessage": message}, indent=1)
    cut = text[: text.index('"eventTime"')]
    assert only(cut).layer is Layer.ENDPOINT


@as_long_as_asked(60)
@given(st.sampled_from(SAMPLES), st.integers(0, 400), st.integers(0, 400), st.text(max_size=20))
def test_a_message_cut_anywhere_never_fails(sample: Sample, begin: int, end: int, put_in: str) -> None:
    text = json.dumps(EVENT) if not sample.principal else sample.text
    read(text[begin:end])
    read(text[:end] + put_in + text[end:])
