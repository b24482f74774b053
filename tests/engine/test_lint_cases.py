"""Each check finds its case, at its place; its fix mends it; and sound documents have no findings."""

from __future__ import annotations

import json

import pytest

from policies.engine.document import parse
from policies.engine.lint import CHECKS, lint
from policies.engine.lint.access_analyzer import CODES, IN_PART, NOT_DONE
from policies.engine.lint.reference import TARGET, written
from policies.engine.structure import DocumentType
from tests.engine.lint_cases import (
    BUCKET,
    BY_TOKEN,
    CASES,
    GITHUB,
    ME,
    RCP,
    RESOURCE,
    ROLE,
    SCP,
    TRUST,
    allow,
    control,
    deny,
    document,
    text_of,
    to,
)
from tests.services.statements import Statement, trust


def codes(text: str, kind: DocumentType = DocumentType.IDENTITY) -> list[str]:
    return [finding.code for finding in lint(text, kind, ME)]


def test_every_check_has_a_case() -> None:
    assert CASES.keys() == CHECKS.keys()


@pytest.mark.parametrize("code", CASES)
def test_finds_it(code: str) -> None:
    kind, case = CASES[code]
    assert code in codes(text_of(case), kind)


@pytest.mark.parametrize("code", CASES)
def test_tells_where_it_stands_in_the_text(code: str) -> None:
    kind, case = CASES[code]
    text = text_of(case)
    found = next(finding for finding in lint(text, kind, ME) if finding.code == code)
    assert found.severity is CHECKS[code].severity
    before = text[: found.start]
    assert (found.line, found.column) == (before.count("\n") + 1, found.start - (before.rfind("\n") + 1) + 1)
    assert found.start < found.end <= max(len(text), 1)
    assert found.message.endswith((".", "?")) or "found" in found.message
    parsed = parse(text, kind)
    if parsed.document is not None and CHECKS[code].run:
        json.loads(text[found.start : found.end])  # a whole value, or a name


@pytest.mark.parametrize("code", CASES)
def test_its_fix_corrects_it_and_nothing_else_breaks(code: str) -> None:
    kind, case = CASES[code]
    text = text_of(case)
    for finding in lint(text, kind, ME):
        if finding.code == code and finding.fix:
            fixed = finding.fix.applied_to(text)
            json.loads(fixed)
            assert codes(fixed, kind).count(code) < codes(text, kind).count(code)


def test_some_findings_have_a_fix() -> None:
    with_fix = {code for code, (kind, case) in CASES.items() for each in lint(text_of(case), kind) if each.fix}
    assert len(with_fix) >= 18


SOUND: list[tuple[DocumentType, list[Statement]]] = [
    (
        DocumentType.IDENTITY,
        [
            allow("s3:ListAllMyBuckets", "*"),
            allow(["s3:ListAllMyBuckets", "s3:GetBucketLocation", "s3:GetAccountPublicAccessBlock"], "arn:aws:s3:::*"),
            allow(["s3:GetObject", "s3:PutObject"], f"{BUCKET}/${{aws:username}}/*"),
            allow("s3:ListBucket", BUCKET, Condition={"StringLike": {"s3:prefix": "${aws:username}/*"}}),
            allow("iam:PassRole", ROLE, Condition={"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}),
            deny("s3:*", f"{BUCKET}/secret/*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}}),
            allow(
                "ec2:StartInstances",
                f"arn:aws:ec2:*:{ME}:instance/*",
                Condition={"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}},
            ),
            allow(["sqs:SendMessage", "sqs:ReceiveMessage"], f"arn:aws:sqs:*:{ME}:jobs-*"),
        ],
    ),
    (DocumentType.BOUNDARY, [allow("*", "*")]),
    *((TRUST, [trust({"Service": f"{name}.amazonaws.com"})]) for name in ("ec2", "lambda", "glue", "apigateway")),
    *(
        (
            DocumentType.IDENTITY,
            [allow("s3:GetObject", f"{BUCKET}/*", Condition={"IpAddress": {"aws:SourceIp": range_}})],
        )
        for range_ in (
            "192.0.2.0/24",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "2001:db8::/32",
            "198.18.0.0/15",
            "240.0.0.0/4",
        )
    ),
    (TRUST, [trust({"AWS": [f"arn:aws:iam::{ME}:root", ROLE]}, ["sts:AssumeRole", "sts:TagSession"])]),
    (TRUST, [trust({"Service": "sns.amazonaws.com"}, Condition={"StringEquals": {"aws:SourceAccount": ME}})]),
    (
        TRUST,
        [
            trust(
                {"Federated": GITHUB},
                BY_TOKEN,
                Condition={
                    "StringEquals": {
                        "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                        "token.actions.githubusercontent.com:sub": "repo:acme/site:ref:refs/heads/main",
                    }
                },
            )
        ],
    ),
    (RESOURCE, [to({"AWS": ME}, resource=f"{BUCKET}/*")]),
    (RESOURCE, [to("*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}})]),
    (SCP, [allow("*", "*"), deny("*", "*", Condition={"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}})]),
    (SCP, [deny(["iam:*User*", "iam:CreateAccessKey"], "*")]),
    (RCP, [control("s3:*", Condition={"Bool": {"aws:SecureTransport": "false"}})]),
]


@pytest.mark.parametrize(("kind", "statements"), SOUND)
def test_says_nothing_of_a_sound_document(kind: DocumentType, statements: list[Statement]) -> None:
    assert [(finding.code, finding.path) for finding in lint(document(*statements), kind, ME)] == []


def test_a_boundary_grants_nothing() -> None:
    wide = document(allow("*", "*"))
    assert "ALLOW_EVERYTHING" in codes(wide)
    assert codes(wide, DocumentType.BOUNDARY) == []


# ---- The list of Access Analyzer ------------------------------------------------------------------------------
def test_each_check_of_access_analyzer_is_done_or_said_not_to_be() -> None:
    assert CODES - CHECKS.keys() == NOT_DONE.keys()
    assert IN_PART.keys() <= CHECKS.keys()


def test_the_page_of_findings_is_fresh() -> None:
    assert TARGET.read_text().startswith(written()), "Run `make findings`."
