"""What well-known tools get wrong."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.engine.lint import Severity, lint
from policies.engine.structure import DocumentType
from tests.engine.lint_cases import BUCKET, IDENTITY, ME, RESOURCE, ROLE, TRUST, allow, deny, document, to, where
from tests.services.statements import trust


def codes(statement: dict[str, Any], kind: DocumentType = IDENTITY) -> set[str]:
    return {finding.code for finding in lint(document(statement), kind, ME)}


def test_a_trust_policy_needs_no_resource() -> None:
    assert codes(trust({"AWS": ROLE}), TRUST) == set()


def test_condition_keys_may_hang_on_the_type_of_the_resource() -> None:
    by_tag = {"StringEquals": {"ec2:ResourceTag/team": "red", "aws:ResourceTag/team": "red"}}
    assert codes(allow("ec2:StartInstances", f"arn:aws:ec2:eu-west-1:{ME}:instance/*", Condition=by_tag)) == set()


def test_any_of_the_types_of_an_action_is_enough() -> None:
    assert codes(allow("s3:GetObject", f"{BUCKET}/*")) == set()
    access_point = f"arn:aws:s3:eu-west-1:{ME}:accesspoint/reports/object/*"
    assert codes(allow("s3:GetObject", access_point)) == set()


@pytest.mark.parametrize("action", ["s3:getobject", "S3:GetObject", "S3:GETOBJECT", "s3:GetObj*"])
def test_actions_have_no_case(action: str) -> None:
    assert codes(allow(action)) == set()


def test_condition_keys_and_operators_have_no_case() -> None:
    assert codes(where("stringequals", "AWS:PrincipalTAG/Team", "red")) == set()


def test_resources_have_case() -> None:
    assert "INVALID_ARN_RESOURCE" in codes(allow("iam:GetRole", f"arn:aws:iam::{ME}:Role/reader"))


def test_not_action_ends_no_other_check() -> None:
    wrong = {"Effect": "Allow", "NotAction": "s3:GetObjct", "Resource": "reports", "Condition": {"Nope": {"a": "b"}}}
    assert codes(wrong) >= {
        "ALLOW_WITH_NOT_ACTION",
        "INVALID_ACTION",
        "INVALID_ARN_PREFIX",
        "INVALID_CONDITION_OPERATOR",
        "INVALID_CONDITION_KEY_FORMAT",
    }


def test_for_all_values_hides_no_mfa() -> None:
    hidden = where("ForAllValues:Bool", "aws:MultiFactorAuthPresent", "true")
    found = [finding for finding in lint(document(hidden)) if finding.code == "FORALLVALUES_WITH_SINGLE_VALUED_KEY"]
    assert found[0].severity is Severity.SECURITY_WARNING


def test_what_is_denied_is_not_allowed() -> None:
    assert not codes(deny("*", "*")) & {"ALLOW_EVERYTHING", "PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE"}
    assert "PASS_ROLE_WITH_STAR_IN_RESOURCE" not in codes(deny("iam:PassRole", "*"))


def test_a_condition_narrows() -> None:
    assert "PUBLIC_PRINCIPAL" in codes(to("*"), RESOURCE)
    assert "PUBLIC_PRINCIPAL" not in codes(to("*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}}), RESOURCE)
    excepting = {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}
    assert "PUBLIC_PRINCIPAL" in codes(to("*", Condition=excepting), RESOURCE)


def test_an_external_id_says_nothing_of_who_comes() -> None:
    anyone = trust({"AWS": "*"}, Condition={"StringEquals": {"sts:ExternalId": "42"}})
    assert "PUBLIC_PRINCIPAL" in codes(anyone, TRUST)


def test_one_s_own_account_is_no_stranger() -> None:
    assert "FOREIGN_PRINCIPAL" not in codes(trust({"AWS": [ME, f"arn:aws:iam::{ME}:root", ROLE]}), TRUST)


def test_a_document_may_be_of_one_statement() -> None:
    text = json.dumps({"Version": "2012-10-17", "Statement": allow("s3:GetObjct")})
    assert [(finding.code, finding.path) for finding in lint(text)] == [("INVALID_ACTION", "Statement.Action")]


def test_names_what_was_meant() -> None:
    found = lint(document(allow("s3:GetObjct")))
    assert "Did you mean GetObject?" in found[0].message


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        (allow("s3:GetObject", "arn:aws:s3:box/*"), "MISSING_ARN_FIELD"),
        (allow("sqs:SendMessage", f"arn:aws:sqs:{ME}:q*"), "MISSING_ARN_FIELD"),
        (allow("sqs:SendMessage", "arn:aws:sqs:eu-*"), None),
        (allow("sqs:SendMessage", "arn:aws:sqs:*"), None),
        (allow("sqs:SendMessage", f"arn:aws:sqs:us-oest-1:{ME}:q"), "INVALID_ARN_REGION"),
        (allow("sqs:SendMessage", f"arn:aws:sqs:us-oest-*:{ME}:q"), "INVALID_ARN_REGION"),
        (allow("sqs:SendMessage", f"arn:aws:sqs:us-*-1:{ME}:q"), None),
        (allow("sqs:SendMessage", f"arn:aws-cn:sqs:us-east-1:{ME}:q"), "INVALID_ARN_REGION"),
        (allow("sqs:SendMessage", f"arn:aws-cn:sqs:cn-north-1:{ME}:q"), None),
        (where("ArnLike", "aws:SourceArn", f"arn:aws:sns:eu-central-11:{ME}:t"), "INVALID_ARN_REGION"),
        (where("ArnLike", "aws:SourceArn", f"arn:aws:sns:eu-central-?:{ME}:t"), None),
        (where("StringEquals", "aws:RequestedRegion", ["eu-west-1", "eu-central-11"]), "INVALID_REGION"),
        (where("StringNotLike", "aws:RequestedRegion", ["eu-*", "ue-*"]), "INVALID_REGION"),
        (where("StringNotLike", "aws:RequestedRegion", ["eu-*", "us-east-?"]), None),
        (where("StringEqualsIgnoreCase", "aws:RequestedRegion", "EU-west-1"), None),
        (where("StringEquals", "kms:ReplicaRegion", "eu-oest-1"), "INVALID_REGION"),
        (where("StringEquals", "kms:ReplicaRegion", "eu-west-1"), None),
        (where("NumericLessThan", "aws:CurrentTime", "5"), "TYPE_MISMATCH"),
        (where("NumericLessThan", "aws:TokenIssueTime", "5"), "TYPE_MISMATCH"),
        (where("NumericLessThan", "aws:EpochTime", "5"), None),
        (where("DateLessThan", "aws:MultiFactorAuthAge", "2026-01-01"), "TYPE_MISMATCH"),
        (where("IpAddress", "aws:SourceIp", ["100.64.0.0/10", "fd00::/8"]), "PRIVATE_IP_ADDRESS"),
        (where("IpAddress", "aws:SourceIp", "0.0.0.0/0"), None),
        (where("DateLessThan", "aws:CurrentTime", "2026-02"), None),
    ],
)
def test_tells_what_no_aws_has_from_what_it_has(statement: dict[str, Any], code: str | None) -> None:
    described = {"MISSING_ARN_FIELD", "INVALID_ARN_REGION", "INVALID_REGION", "TYPE_MISMATCH", "PRIVATE_IP_ADDRESS"}
    described |= {"TYPE_MISMATCH_DATE"}
    assert codes(statement) & described == ({code} if code else set())


@pytest.mark.parametrize("character", ["\u00ad", "\u00a0", "\u0085", "\u202e", "\u200b", "\u2066", "\ufeff", "\u2003"])
@pytest.mark.parametrize("escaped", [True, False])
@pytest.mark.parametrize("place", ["Id", "Sid", "Resource", "key", "value"])
def test_no_character_hides_in_a_document(character: str, escaped: bool, place: str) -> None:
    """Written as it is, IAM itself refuses what is beyond Latin-1; an escape gets by."""
    said = {name: f"{character if name == place else ''}x" for name in ("Id", "Sid", "Resource", "key", "value")}
    condition = {"StringEquals": {f"aws:PrincipalTag/{said['key']}": said["value"]}}
    resource = f"{BUCKET}/{said['Resource']}"
    whole = {
        "Version": "2012-10-17",
        "Id": said["Id"],
        "Statement": allow("s3:GetObject", resource, Sid=said["Sid"], Condition=condition),
    }
    text = json.dumps(whole, ensure_ascii=escaped)
    (found,) = [each for each in lint(text, RESOURCE) if each.code == "INVISIBLE_CHARACTER"]
    assert f"U+{ord(character):04X}" in found.message
    assert found.severity is Severity.ERROR
    assert found.fix
    assert "INVISIBLE_CHARACTER" not in [each.code for each in lint(found.fix.applied_to(text), RESOURCE)]


# ---- Hostile documents ----------------------------------------------------------------------------------------
LONG = "x" * 10**6
STARS = "*a" * 500 + "b"
SECONDS = 30  # of processor time; each takes a fraction of that

HOSTILE = [
    "",
    "\x00",
    "[" * 10**6,
    '{"Statement":' * 10**5,
    '{"Statement": [' + "{}," * 10**5 + "{}]}",
    document(allow(LONG, LONG)),
    document(allow("s3:" + LONG, "arn:aws:s3:::" + LONG)),
    document(allow(STARS, STARS)),
    document(allow(f"ec2:{STARS}", f"arn:aws:ec2:*:*:{STARS}")),
    document(allow([f"ec2:*a*a*a*{n}b" for n in range(1500)], [f"arn:aws:ec2:*:*:*{n}*a*a*b" for n in range(1500)])),
    document(*(allow([f"s3:*{n}", "s3:Get*"], f"{BUCKET}/*{n}*") for n in range(2000))),
    document(where("StringLike", LONG, LONG)),
    document(where("StringEquals", "aws:ResourceTag/" + LONG, "${" * 10**5)),
    document(where(LONG, "aws:username", ["x"] * 10**5)),
    document(where("DateLessThan", "aws:CurrentTime", "9" * 10**5)),
    document(where("IpAddress", "aws:SourceIp", "1" * 10**5)),
    document(where("NumericEquals", "s3:max-keys", "1e" + LONG)),
    document(to({"AWS": ["arn:aws:iam::1:" + "/" * 10**5] * 10, "Service": LONG, "Federated": "a." * 10**5})),
    '{"Statement": {"Effect": "Allow", "Action": "\\ud800", "Resource": "\ud800\\u0000"}}',
]


MANY = [
    document(*[allow(["s3:GetObject", "s3:PutObject"], [f"{BUCKET}/*", f"{BUCKET}2/*"])] * 1000),
    document(*(allow("s3:GetObject", f"{BUCKET}{n}/*") for n in range(1000))),
    document(*(allow("s3:GetObject", f"*x{n}*") for n in range(1000))),
    document(*(deny("s3:GetObject", f"*x{n}*") if n % 2 else allow("s3:GetObject", f"*y{n}*") for n in range(1000))),
    document(allow([f"s3:g*t{n}*x" for n in range(10_000)])),  # in one statement
]


@pytest.mark.parametrize("text", MANY, ids=range(len(MANY)))
def test_a_thousand_statements_are_not_laid_each_beside_each(text: str) -> None:
    """Equal ones are looked at once, and others only beside those whose resources begin alike."""
    began = time.process_time()
    lint(text)
    assert time.process_time() - began < 4  # of processor time; it takes a tenth of that


def test_tells_how_many_are_not_listed() -> None:
    found = [each for each in lint(MANY[0]) if each.code == "REDUNDANT_STATEMENT"]
    assert sum(each.stands_for for each in found) == 999
    assert len(found) == 51
    assert found[-1].message.startswith("949 more such findings")


def test_tells_where_too_much_is_to_be_compared() -> None:
    """By its amount, so that the same document has the same findings on every machine."""
    wide = [f"arn:aws:s3:::*{n}*" for n in range(3000)]
    found = [lint(document(allow([f"s3:Get*{n}*" for n in range(3000)], wide))) for _ in range(2)]
    assert "LOOKED_AT_IN_PART" in [each.code for each in found[0]]
    assert found[0] == found[1]


def test_statements_are_compared_whatever_stands_between() -> None:
    """Of each that another one covers the index finds that one."""
    narrow = [allow("s3:GetObject", f"{BUCKET}/{n}/x") for n in range(40)]
    found = lint(
        document(*narrow, allow("s3:Get*", f"{BUCKET}/*/x"), allow("s3:*", "*", Condition={"Null": {"a:b": "true"}}))
    )
    assert [each.path for each in found if each.code == "SHADOWED_STATEMENT"] == [f"Statement[{n}]" for n in range(40)]
    trusting = lint(document(trust({"AWS": ROLE}, "sts:AssumeRole"), trust("*", "sts:*")), TRUST)
    assert [each.path for each in trusting if each.code == "SHADOWED_STATEMENT"] == ["Statement[0]"]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_hostile_raises_or_takes_long(text: str) -> None:
    began = time.process_time()
    found = lint(text, TRUST) + lint(text, IDENTITY)
    assert time.process_time() - began < SECONDS
    assert len(found) < 20_000


words = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["*", "s3:*", "s3:GetObject", f"{BUCKET}/*", "arn:", "${", "${a,", "\ud800", "\x00"]),
)
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), words)
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3))
operators = st.sampled_from(
    ["StringEquals", "ForAllValues:StringLike", "NullIfExists", "Bool", "IpAddress", "DateEquals"]
)
keys = st.one_of(
    words, st.sampled_from(["aws:SourceIp", "aws:TagKeys", "aws:ResourceTag/a", "s3:prefix", "aws:userid"])
)
elements = st.sampled_from(
    ["Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition"]
)
conditions = st.dictionaries(operators, st.dictionaries(keys, values, max_size=3) | values, max_size=3)
statements = st.fixed_dictionaries(
    {},
    optional={
        "Effect": st.sampled_from(["Allow", "Deny", 1]),
        "Action": values,
        "Resource": values,
        "NotAction": values,
        "NotResource": values,
        "Principal": values,
        "Condition": conditions | values,
    },
) | st.dictionaries(elements, values)
documents = st.fixed_dictionaries(
    {"Statement": st.lists(statements | values, max_size=3) | statements | values},
    optional={"Version": st.sampled_from(["2012-10-17", "2008-10-17", 5]), "Id": values},
)


@given(documents | values, st.sampled_from(DocumentType))
@settings(max_examples=400)
def test_any_document_is_looked_at(whole: Any, kind: DocumentType) -> None:
    text = json.dumps(whole)
    for finding in lint(text, kind, ME):
        assert 0 <= finding.start <= finding.end <= len(text)
        if finding.fix and kind is IDENTITY:
            json.loads(finding.fix.applied_to(text))


@given(st.text())
@settings(max_examples=200)
def test_any_text_is_looked_at(text: str) -> None:
    lint(text)


BY_TAG = {"StringEquals": {"aws:RequestTag/team": "red"}}
TAGGING = allow("sts:TagSession", ROLE)


@pytest.mark.parametrize(
    ("statements", "is_missing"),
    [
        ([allow("sts:AssumeRole", ROLE, Condition=BY_TAG)], True),
        ([allow(["sts:AssumeRole", "sts:TagSession"], ROLE, Condition=BY_TAG)], False),
        ([allow("sts:AssumeRole", ROLE, Condition=BY_TAG), TAGGING], False),
        ([allow("sts:*", ROLE, Condition=BY_TAG)], False),
        ([allow(["sts:AssumeRole", "sqs:CreateQueue"], "*", Condition=BY_TAG)], False),
        ([deny("sts:AssumeRole", ROLE, Condition=BY_TAG)], False),
        ([allow("sts:AssumeRole", ROLE, Condition={"Null": {"aws:RequestTag/team": "true"}})], False),
    ],
)
def test_who_assumes_a_role_by_session_tags_must_be_let_set_them(
    statements: list[dict[str, Any]], is_missing: bool
) -> None:
    found = {finding.code for finding in lint(document(*statements), IDENTITY, ME)}
    assert ("MISSING_ACTION_FOR_CONDITION_KEY" in found) is is_missing
