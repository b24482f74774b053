"""Service control policies in the access that a plan changes: held against the evaluator, action by action."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.plans.check import measured
from access.plans.comparing import compare
from access.plans.control_policies import denials, is_bound, not_counted
from access.plans.holdings import Combination
from access.plans.reading import holdings_between
from access.plans.relevant import RelevantStatements
from access.surroundings import Surroundings
from accounts.models import AwsAccount
from policies.engine.callers import caller_of
from policies.engine.combine import Decision
from policies.engine.compiled import compiled
from policies.engine.evaluate import Layers, Request, evaluate
from policies.engine.layers import ControlPolicyLevel, LayerName, LayerPolicy
from policies.engine.matching import Glob, tokens
from policies.holdings import AttachmentChange
from policies.organizations.sources import TREE
from tests.access.mirrored import ID, arn, managed, role, user
from tests.services.organization_rows import complete, make_account, make_control_policy, make_membership, make_unit
from tests.services.statements import allow, deny, document_text

ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:ListBucket", "sqs:SendMessage", "iam:CreateUser")
PATTERNS = ("*", "s3:*", "s3:*Object", "s3:GetObject", "sqs:*", "iam:*", "iam:CreateUser")
EVERYTHING = LayerPolicy("FullAWSAccess", compiled(document_text(allow())))

statements = st.builds(
    lambda is_deny, patterns: (deny if is_deny else allow)(sorted(patterns)),
    st.booleans(),
    st.sets(st.sampled_from(PATTERNS), min_size=1, max_size=2),
)
documents = st.lists(statements, max_size=2).map(lambda listed: document_text(*listed))
denying = st.lists(st.sampled_from(PATTERNS[1:]), min_size=1, max_size=2).map(lambda found: document_text(deny(found)))


def level(name: str, *texts: str) -> ControlPolicyLevel:
    return ControlPolicyLevel(name, (EVERYTHING, *(LayerPolicy(text, compiled(text)) for text in texts)))


@given(st.sets(documents, max_size=2), st.sets(documents, max_size=2), st.lists(denying, max_size=2))
def test_each_action_is_gained_or_lost_as_the_evaluator_says(before: Any, after: Any, scps: Any) -> None:
    around = Surroundings(ID, tuple(level(f"level {number}", text) for number, text in enumerate(scps)))
    pair = [Combination(frozenset(texts), limits=denials(around)) for texts in (before, after)]
    found = compare(*RelevantStatements().pair(*pair))
    taken = "What service control policies deny stays denied." in found.why
    for action in ACTIONS:
        had, has = (_allowed(texts, around, action) for texts in (before, after))
        denied = any(_denied(text, action) for text in scps)
        for said, is_so in ((found.gained, has and not had), (found.lost, had and not has)):
            is_everything = [item["actions"] for item in said] == [["*"]]  # with what stays, too
            is_excepted = (taken and denied) or (is_everything and had and has)
            assert _said(said, action) is (is_so or (is_excepted and _said(said, action)))
    assert not found.perhaps


def _allowed(texts: Any, around: Surroundings, action: str) -> bool:
    layers = Layers(tuple(LayerPolicy("", compiled(text)) for text in texts), scps=around.scps)
    return evaluate(Request(caller_of(arn("user/dana")), action, "*", ID), layers).decision is Decision.ALLOWED


def _denied(text: str, action: str) -> bool:
    return bool(compiled(text).about(action.lower()))


def _said(items: Any, action: str) -> bool:
    return any(Glob(tokens(each.lower())).matches(action.lower()) for item in items for each in item["actions"])


# ---- From the mirror -------------------------------------------------------------------------------------------
@pytest.fixture
def bound(aws_account: AwsAccount) -> AwsAccount:
    """In an organization that denies SQS."""
    make_membership(aws_account, delegated=True)
    root = make_unit(aws_account, "Root")
    here = make_account(aws_account, "Acme", root, ID)
    make_control_policy(aws_account, "FullAWSAccess", root, here, document=document_text(allow()))
    make_control_policy(aws_account, "no-queues", root, document=document_text(deny("sqs:*")))
    complete(aws_account, TREE)
    return aws_account


def test_what_an_scp_denies_is_not_gained(bound: AwsAccount) -> None:
    both = managed(bound, "both", [allow(["s3:GetObject", "sqs:SendMessage"])])
    dana = user(bound, "dana")
    service = role(
        bound, "AWSServiceRoleForX", trusts={"Service": "x"}, arn=arn("role/aws-service-role/x/AWSServiceRoleForX")
    )
    changes = [AttachmentChange(each.arn, both.arn, now=True) for each in (dana, service)]
    kept = measured(bound, holdings_between(bound, changes, [])).kept
    gained = {
        each["who"][0][0].rpartition("/")[2]: sorted(
            name for item in each["gained"]["items"] for name in item["actions"]
        )
        for each in kept["effects"]
    }
    assert gained == {"dana": ["s3:GetObject"], "AWSServiceRoleForX": ["s3:GetObject", "sqs:SendMessage"]}
    assert is_bound(dana.arn) and not is_bound(service.arn)


def test_what_isnt_counted_is_said() -> None:
    only_some = ControlPolicyLevel("Root", (LayerPolicy("some on Root", compiled(document_text(allow("s3:*")))),))
    rcps = (ControlPolicyLevel("Root", (LayerPolicy("tls on Root", compiled(document_text(deny("s3:*")))),)),)
    assert list(not_counted(Surroundings(ID, (only_some,), rcps, not_read={LayerName.SCP: "Not read."}))) == [
        "Control policies may still deny it. Not read.",
        "Service control policies on Root allow some actions only: that isn’t counted.",
        "Resource control policies may still deny it on resources of this AWS account: tls on Root.",
    ]
