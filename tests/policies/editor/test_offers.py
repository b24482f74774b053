"""What the editor offers at the caret, and what the text is after an offer was taken."""

from __future__ import annotations

import json
from typing import Any

from policies.engine import catalogue
from policies.engine.lint import lint
from policies.engine.structure import DocumentType
from tests.policies.editor.script import ACCOUNT, BAR, OTHER, ROLE, answers_to, request

IDENTITY, TRUST, RCP = DocumentType.IDENTITY, DocumentType.TRUST, DocumentType.RCP


def in_statement(written: str) -> str:
    return f'{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", {written}}}]}}'


def condition(written: str) -> str:
    return in_statement(f'"Condition": {{{written}}}')


OFFERED: list[tuple[str, DocumentType, list[str], list[str]]] = [
    # where, in what, what is offered, what isn't
    (BAR, IDENTITY, ["{ } A policy document"], []),
    ('{"Version": "2012-10-17", ¦}', IDENTITY, ["Statement"], ["Version"]),
    ('{"Version": ¦', IDENTITY, ["2012-10-17", "2008-10-17"], []),
    ('{"Statement": [¦', IDENTITY, ["{ } A statement"], []),
    ('{"Statement": [{¦', IDENTITY, ["Effect", "Action", "Resource"], ["Principal", "Version"]),
    ('{"Statement": {"Action": "*", "¦', IDENTITY, ["Effect", "Resource"], ["Action", "NotAction"]),
    ('{"Statement": [{"¦"}]}', TRUST, ["Principal", "Action", "Condition"], ["Resource", "NotPrincipal"]),
    ('{"Statement": [{¦}]}', RCP, ["Principal", "Resource"], ["NotPrincipal", "NotAction"]),
    ('{"Statement": [{"Effect": "¦"}]}', RCP, ["Deny"], ["Allow"]),
    (in_statement('"Action": "¦"'), IDENTITY, ["s3:", "iam:", "*"], []),
    (in_statement('"Action": ["s3:GetObject", "s3:¦"]'), IDENTITY, ["s3:PutObject", "s3:Get*"], ["s3:GetObject"]),
    (in_statement('"Action": "s3:Put*¦"'), IDENTITY, ["s3:Put*"], []),
    (in_statement('"Action": "passr¦"'), IDENTITY, ["iam:PassRole"], []),
    (in_statement('"Action": "¦"'), TRUST, ["sts:AssumeRole"], ["s3:"]),
    (in_statement('"Action": "iam:PassRole", "Resource": "¦"'), IDENTITY, [ROLE, f"arn:aws:iam::{ACCOUNT}:role/*"], []),
    (in_statement('"Resource": "¦", "Action": "s3:GetObject"'), IDENTITY, ["arn:aws:s3:::*/*", "*"], [ROLE]),
    (
        in_statement('"Action": "s3:GetObject", "Resource": ["arn:aws:s3:::acme¦"'),
        IDENTITY,
        ["arn:aws:s3:::acme/*"],
        ["arn:aws:s3:::*/*", "arn:aws:s3:eu-west-1::acme:accesspoint/*/object/*"],
    ),
    (in_statement('"Resource": "home/${aws:u¦"'), IDENTITY, ["home/${aws:username}"], ["home/${aws:TagKeys}"]),
    ('{"Version": "2008-10-17", "Statement": {"Resource": "${¦"', IDENTITY, [], ["${aws:username}"]),
    (condition('"¦"'), IDENTITY, ["StringEquals", "BoolIfExists", "ForAnyValue:StringLike"], []),
    (
        in_statement('"Action": "iam:PassRole", "Condition": {"StringEquals": {¦}}'),
        IDENTITY,
        ["iam:PassedToService", "aws:PrincipalTag/TagKey"],
        ["s3:prefix", "aws:SecureTransport", "aws:TagKeys"],
    ),
    (
        in_statement('"Action": "iam:TagRole", "Condition": {"ForAnyValue:StringEquals": {¦}}'),
        IDENTITY,
        ["aws:TagKeys"],
        [],
    ),
    (condition('"Bool": {"aws:SecureTransport": "¦"}'), IDENTITY, ["true", "false"], []),
    (condition('"Null": {"aws:username": ¦}'), IDENTITY, ["true", "false"], []),
    (condition('"StringEquals": {"aws:RequestedRegion": ["¦"]}'), IDENTITY, ["eu-west-1"], ["cn-north-1"]),
    (condition('"StringEquals": {"iam:PassedToService": ["¦"]}'), IDENTITY, ["lambda.amazonaws.com"], []),
    (condition('"StringEquals": {"aws:PrincipalAccount": "¦"}'), IDENTITY, [ACCOUNT, OTHER], []),
    (condition('"StringEquals": {"aws:PrincipalOrgID": "¦"}'), IDENTITY, ["o-abcdefghij"], []),
    (condition('"ArnLike": {"aws:PrincipalArn": "¦"}'), IDENTITY, [ROLE], []),
    (in_statement('"Principal": {¦}'), TRUST, ["AWS", "Service", "Federated"], ["CanonicalUser"]),
    (in_statement('"Principal": {"AWS": ["¦"]}'), TRUST, [f"arn:aws:iam::{OTHER}:root", ROLE], []),
    (in_statement('"Principal": {"Service": "¦"}'), TRUST, ["lambda.amazonaws.com"], []),
    (in_statement('"Principal": ¦'), TRUST, ["{ } Some"], ["*"]),
    (in_statement('"Principal": {"AWS": "¦"}'), IDENTITY, [], [ROLE]),
    (
        in_statement(
            '"Principal": {"Federated": "arn:aws:iam::1:oidc-provider/gitlab.acme.com"}, '
            '"Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"¦"}}'
        ),
        TRUST,
        ["gitlab.acme.com:sub"],
        ["accounts.google.com:aud", "saml:aud"],
    ),
    (in_statement('"Sid": "¦"'), IDENTITY, [], ["Effect"]),
    ('{"Other": {"Action": "¦"}}', IDENTITY, [], ["s3:"]),
    ('{"Statement": [[{"Action": "¦"}]]}', IDENTITY, [], ["s3:"]),
    (in_statement('"Effect" ¦'), IDENTITY, [], ["Effect"]),
]  # fmt: skip


def test_what_is_offered_where() -> None:
    answers = answers_to([request(where, kind) for where, kind, _, _ in OFFERED])
    for (where, kind, offered, others), answer in zip(OFFERED, answers, strict=True):
        labels = answer["labels"] if answer else []
        assert set(offered) <= set(labels), (where, kind, labels[:20])
        assert not set(others) & set(labels), (where, kind)


TAKEN: list[tuple[str, str | None, str]] = [
    # where, what is taken, the text afterwards
    ("{¦}", "Version", '{"Version": "2012-10-17"¦}'),
    ('{"Version": "2012-10-17"¦\n}', None, ""),  # a comma has to come first
    ('{"Version": "2012-10-17"\n  ¦\n}', "Id", '{"Version": "2012-10-17",\n  "Id": "¦"\n}'),
    (
        '{"Statement": [{"Effect": "Allow" ¦ "Action": "*"}]}',
        "Sid",
        '{"Statement": [{"Effect": "Allow", "Sid": "¦", "Action": "*"}]}',
    ),
    ('{"Statement": [{\n  ¦\n}]}', "Action", '{"Statement": [{\n  "Action": [\n    "¦"\n  ]\n}]}'),
    ('{"Statement": [{"Eff¦": "Deny"}]}', "Effect", '{"Statement": [{"Effect"¦: "Deny"}]}'),
    ('{"Statement": {"Action": s3:getobj¦}}', "s3:GetObject", '{"Statement": {"Action": "s3:GetObject"¦}}'),
    ('{"Statement": {"Action": ["s3:g¦\n]}}', "s3:GetObject", '{"Statement": {"Action": ["s3:GetObject"¦\n]}}'),
    (
        '{"Statement": {"Action": ["s3:PutObject" "s3:Get¦" "s3:ListBucket"]}}',
        "s3:GetObject",
        '{"Statement": {"Action": ["s3:PutObject", "s3:GetObject"¦, "s3:ListBucket"]}}',
    ),
    ('{"Statement": {"Action": "s¦"}}', "s3:", '{"Statement": {"Action": "s3:¦"}}'),
    (
        '{"Statement": {"Action": "iam:PassRole", "Resource": ["¦"]}}',
        ROLE,
        f'{{"Statement": {{"Action": "iam:PassRole", "Resource": ["{ROLE}"¦]}}}}',
    ),
    (
        '{"Version": "2012-10-17", "Statement": {"Resource": "a/${¦}/b"}}',
        "a/${aws:username}",
        '{"Version": "2012-10-17", "Statement": {"Resource": "a/${aws:username}/b"¦}}',
    ),
    (
        '{"Statement": {"Condition": {"Bool": {¦}}}}',
        "aws:SecureTransport",
        '{"Statement": {"Condition": {"Bool": {"aws:SecureTransport": "¦"}}}}',
    ),
]


def test_quotes_and_commas_are_right_after_an_offer_was_taken() -> None:
    answers = answers_to([request(where, take=label or "") for where, label, _ in TAKEN])
    for (where, label, expected), answer in zip(TAKEN, answers, strict=True):
        if label is None:
            assert answer is None, where
            continue
        assert answer and answer["outcomes"], where
        (found,) = answer["outcomes"]
        assert f"{found['text'][: found['to']]}{BAR}{found['text'][found['to'] :]}" == expected, where


DOCUMENTS = [
    json.dumps(
        {
            "Version": "2012-10-17",
            "Id": "x",
            "Statement": [
                {
                    "Sid": 'a "quoted" \\ one',
                    "Effect": "Allow",
                    "Principal": {"AWS": ["*"], "Service": "s3.amazonaws.com"},
                    "Action": ["s3:Get*", "iam:PassRole"],
                    "Resource": "arn:aws:s3:::b/${aws:username}/*",
                    "Condition": {"ForAnyValue:StringLike": {"aws:TagKeys": ["a", True, 5]}, "Null": {"a:b": "true"}},
                }
            ],
        },
        indent=1,
    ),
    '\ufeff{"Statement": {"Action": ["a", "a"], "Action": "b", "Effect": Allow}, // words\n "Version": \'2012\'}',
    '{"Statement":[[[{"Action":[{"x":["' + '{"a":[' * 20,
    '}}]]{"Statement":}:,,:"\\"\\\\" [,]{"a" "b":"c":"d"} null "${x" \t\r\n\u2028',
]


def test_a_document_that_is_broken_anywhere_breaks_nothing() -> None:
    """The caret at every place: of the whole text, cut there, a sign left out there, a quote too many there."""
    kinds = (IDENTITY, TRUST)
    asked: list[dict[str, Any]] = [
        {"way": "everywhere", "text": text, "type": kinds[number % 2]} for number, text in enumerate(DOCUMENTS)
    ]
    whole, *_ = answers_to(asked)
    assert {"document", "element", "effect", "action", "operator", "key", "conditionValue"} <= set(whole["kinds"])


def test_long_and_deep_documents_are_read_in_no_time() -> None:
    """Nothing in the script calls itself, and what is longer than AWS takes anything isn't read."""
    statement = '{"Effect":"Allow","Action":["s3:GetObject"],"Resource":"arn:aws:s3:::bucket/key/*"},'
    long = '{"Statement":[' + statement * 1_500
    deep = '{"a":[' * 40_000
    texts = [long + '{"Action":"s3:¦"}]}', deep + BAR, '{"Statement":[{¦' + " " * 300_000]
    first, second, third = answers_to([request(text) for text in texts])
    assert len(long) > 120_000
    assert "s3:PutObject" in first["labels"]
    assert second is third is None


# ---- What is taken is something that there is ------------------------------------------------------------------
# About other things than the name that was taken: its value, or what the rest of the statement says.
OF_OTHERS = {
    "TYPE_MISMATCH_BOOLEAN", "TYPE_MISMATCH_NUMBER", "TYPE_MISMATCH_DATE", "TYPE_MISMATCH_IP_RANGE",
    "INVALID_REGION", "INVALID_VPC_FORMAT", "INVALID_VPCE_FORMAT",
}  # fmt: skip
ABOUT_NAMES = (
    "INVALID_",
    "UNSUPPORTED_",
    "TYPE_MISMATCH",
    "MISSING_QUALIFIER",
    "NULL_WITH_",
    "ACTION_",
    "RESOURCE_FITS",
)
SERVICES = ("s3", "iam", "sts", "lambda", "dynamodb", "kms", "ec2", "sns", "secretsmanager", "cognito-idp")
SAMPLED = [
    name
    for service in SERVICES
    for number, name in enumerate(catalogue.actions_matching(f"{service}:*"))
    if number % 12 == 0
]


def wrong_in(text: str, kind: DocumentType) -> list[str]:
    found = lint(text, kind, ACCOUNT)
    return [each.message for each in found if each.code.startswith(ABOUT_NAMES) and each.code not in OF_OTHERS]


def outcomes(asked: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Label and text of everything that could be taken."""
    answers = [answer for answer in answers_to(asked, SERVICES) if answer]
    return [(each["label"], each["text"]) for answer in answers for each in answer["outcomes"]]


def test_every_action_and_pattern_that_is_offered_is_one() -> None:
    asked = [request(in_statement(f'"Action": "{name}:¦", "Resource": "*"'), take=None) for name in SERVICES]
    found = outcomes(asked)
    assert len(found) > 1_000
    assert [label for label, text in found[::5] if wrong_in(text, IDENTITY)] == []


def test_every_resource_that_is_offered_is_one_of_the_actions() -> None:
    asked = [request(in_statement(f'"Action": "{name}", "Resource": "¦"'), take=None) for name in SAMPLED]
    found = outcomes(asked)
    assert len(found) > 150
    assert [(label, wrong) for label, text in found if (wrong := wrong_in(text, IDENTITY))] == []


OPERATORS = [
    "StringEquals",
    "StringLike",
    "ArnLike",
    "Bool",
    "NumericLessThan",
    "DateLessThan",
    "IpAddress",
    "Null",
    "ForAnyValue:StringLike",
]


def test_every_key_that_is_offered_suits_operator_and_actions() -> None:
    blank = '"Action": "{}", "Resource": "*", "Condition": {{"{}": {{¦}}}}'
    asked = [
        request(in_statement(blank.format(name, operator)), take=None)
        for operator in OPERATORS
        for name in SAMPLED[::24]
    ]
    found = outcomes(asked)
    assert len(found) > 500
    assert [(label, wrong) for label, text in found[::3] if (wrong := wrong_in(text, IDENTITY))] == []


def test_every_principal_that_is_offered_is_one() -> None:
    asked = [
        request(in_statement(f'"Action": "{action}", "Principal": {{"{kind}": "¦"}}'), TRUST, take=None)
        for kind, action in (
            ("AWS", "sts:AssumeRole"),
            ("Service", "sts:AssumeRole"),
            ("Federated", "sts:AssumeRoleWithWebIdentity"),
        )
    ]
    found = outcomes(asked)
    assert {ROLE, "lambda.amazonaws.com", "accounts.google.com"} <= {label for label, _ in found}
    assert [(label, wrong) for label, text in found if (wrong := wrong_in(text, TRUST))] == []
