"""A guard rail's own document, held against whole requests: each that a plan lets through and the document denies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from access.guard_rails.own_document import against_document
from access.guard_rails.state import RailState
from access.plans.control_policies import AccountLimits
from access.plans.holdings import Owner, PrincipalHoldings
from access.surroundings import Surroundings
from accounts.models import AwsAccount
from policies.engine.callers import caller_of
from policies.engine.combine import Decision
from policies.engine.compiled import compiled
from policies.engine.evaluate import LayerPolicy, Layers, Request, evaluate
from tests.access.mirrored import ID, arn
from tests.services.fuzzing import as_long_as_asked
from tests.services.statements import allow, deny, document_text

DANA, EDGE = arn("user/dana"), arn("policy/edge")
A, B = "arn:aws:s3:::a", "arn:aws:s3:::b"
# Each class into which the patterns below cut actions, resources and values has one that stands for it.
ACTIONS = ("s3:GetObject", "s3:GetObjectAcl", "s3:PutObject", "iam:GetUser")
RESOURCES = (f"{A}/x", f"{A}/other", f"{B}/other", "arn:aws:s3:::dana/other", "arn:aws:s3:::else/other")
REGIONS, MFA = ("eu-west-1", "us-east-1", None), ("true", "false", None)

_patterns = st.sampled_from(["*", "s3:*", "s3:Get*", "s3:GetObject", "s3:PutObject"])
_places = st.sampled_from(["*", f"{A}/*", f"{A}/x", f"{B}/*", "arn:aws:s3:::${aws:username}/*"])
_conditions = st.sampled_from(
    [
        None,
        {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}},
        {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}},
        {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
        {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
        {"ArnNotLike": {"aws:PrincipalArn": DANA}},
        {"ArnLike": {"aws:PrincipalArn": arn("user/d*")}, "Bool": {"aws:MultiFactorAuthPresent": "true"}},
        {"StringEquals": {"aws:username": "lee"}},
    ]
)


@st.composite
def statements(draw: st.DrawFn, effects: str = "both") -> Mapping[str, Any]:
    make = allow if effects == "both" and draw(st.booleans()) else deny
    made = make(draw(_patterns), draw(_places))
    if draw(st.integers(0, 5)) == 0:
        made["NotAction"] = made.pop("Action")
    if draw(st.integers(0, 5)) == 0:
        made["NotResource"] = made.pop("Resource")
    condition = draw(_conditions)
    return {**made, "Condition": condition} if condition else made


_documents = st.lists(statements(), min_size=1, max_size=3).map(lambda found: document_text(*found))
_rails = st.lists(statements("deny"), min_size=1, max_size=2).map(lambda found: document_text(*found))
_boundaries = st.one_of(st.just(""), _documents)


def holdings(inline: str, boundary: str) -> PrincipalHoldings:
    owner = Owner(DANA, "AIDADANA", inline={"own": inline}, boundary=EDGE if boundary else "")
    return PrincipalHoldings({DANA: owner}, {EDGE: boundary} if boundary else {})


def state(inline: str, boundary: str) -> RailState:
    found = RailState(AwsAccount(account_id=ID), holdings(inline, boundary))
    found.__dict__["limits"] = AccountLimits(Surroundings(ID))  # nothing bounds the AWS account
    return found


def requests() -> Iterator[Request]:
    for action, resource, region, mfa in product(ACTIONS, RESOURCES, REGIONS, MFA):
        said = {"aws:requestedregion": region, "aws:multifactorauthpresent": mfa}
        context = {key: (value,) for key, value in said.items() if value is not None}
        yield Request(caller_of(DANA), action, resource, ID, context)


def is_allowed(request: Request, inline: str, boundary: str) -> bool:
    bounds = (LayerPolicy("", compiled(boundary)),) if boundary else None
    return evaluate(request, Layers((LayerPolicy("", compiled(inline)),), bounds)).decision is Decision.ALLOWED


def is_denied(request: Request, rail: str) -> bool:
    everything = LayerPolicy("", compiled(document_text(allow("*"))))
    return evaluate(request, Layers((everything, LayerPolicy("", compiled(rail))))).decision is Decision.EXPLICIT_DENY


@as_long_as_asked(60)
@given(rail=_rails, before=_documents, after=_documents, had=_boundaries, has=_boundaries)
@example(document_text(deny("s3:*")), document_text(deny("*")), document_text(allow("s3:*")), "", "")
@example(
    document_text(deny("s3:GetObject", f"{A}/x")),
    document_text(allow("*", f"{B}/*")),
    document_text(allow("*")),
    "",
    "",
)
def test_what_it_denies_and_a_plan_adds(rail: str, before: str, after: str, had: str, has: str) -> None:
    let_through = [
        each
        for each in requests()
        if is_denied(each, rail) and is_allowed(each, after, has) and not is_allowed(each, before, had)
    ]
    found = list(against_document(rail, state(before, had), state(after, has)))
    if let_through:
        assert found
    elif any(each.is_sure for each in found):
        raise AssertionError(f"Nothing is let through: {[each.says for each in found]}")
