"""Who can with a pattern of actions, over AWS accounts: whoever the evaluator lets do one of them, and no other."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from access.across import across_of
from access.index import index_of
from access.kept import KEPT
from access.patterns import who_can
from access.resource_sides.lookup import ResourceSides, everybody
from access.situations import Situations
from accounts.models import AwsAccount
from policies.document_reach import note_new
from policies.engine import catalogue
from policies.engine.combine import Decision
from policies.engine.conditions import Context
from policies.engine.somewhere import is_pattern
from tests.access.mirrored import ID, OTHER, arn, role, user
from tests.services.fuzzing import as_long_as_asked
from tests.services.organization_rows import complete
from tests.services.resource_rows import blocks, hold
from tests.services.statements import allow, deny, document_text, trust

pytestmark = pytest.mark.django_db
BUCKET = "arn:aws:s3:::share"
HERE, THERE = [arn("user/ann", account=OTHER)], [arn("user/dana"), arn("user/eve"), arn("role/worker")]
PATTERNS = ["*", "s3:*", "s3:Get*", "s3:GetObject*", "s3:*Tagging", "S3:getobjectt?gging", "*:Get*", "s3:Put*", "ec2:*"]
ACTIONS = ["s3:GetObject", "s3:GetObjectTagging", "s3:PutObject*", "s3:Get*", "s3:*", "*", "ec2:*", "s3:ListBucket"]
PLACES = ["*", f"{BUCKET}/*", f"{BUCKET}/a/*", f"{BUCKET}/a/b", BUCKET]
OURS = {"StringEquals": {"aws:PrincipalAccount": [ID, OTHER]}}  # so that it isn't public
MAY = (Decision.ALLOWED, Decision.UNKNOWN)


def own_statements() -> Any:
    made = st.sampled_from([allow, allow, allow, deny])
    said = st.builds(lambda make, action, on: make(action, on), made, st.sampled_from(ACTIONS), st.sampled_from(PLACES))
    return st.lists(said, max_size=3)


def of_bucket() -> Any:
    said = st.builds(
        lambda effect, who, action, on: {
            "Effect": effect,
            "Principal": {"AWS": who},
            "Action": action,
            "Resource": on,
            **({"Condition": OURS} if who == "*" else {}),
        },
        st.sampled_from(["Allow", "Allow", "Deny"]),
        st.sampled_from(["*", ID, *THERE, *HERE]),
        st.sampled_from(["*", *ACTIONS[:5]]),
        st.sampled_from(PLACES[1:]),
    )
    return st.lists(said, min_size=1, max_size=3)


class AgainstTheEvaluator(TestCase):
    """Each example in a transaction of its own."""

    @as_long_as_asked(8)
    @for_any(
        st.tuples(*[own_statements()] * 4),
        of_bucket(),
        st.sampled_from(PATTERNS),
        st.sampled_from([f"{BUCKET}/a/b", f"{BUCKET}/a/*", BUCKET]),
        st.booleans(),
    )
    def test_of_a_bucket(self, own: Any, held: Any, pattern: str, resource: str, is_noted: bool) -> None:
        KEPT.forget()
        home, other = (AwsAccount.objects.create(account_id=each, name=each, emulated=True) for each in (OTHER, ID))
        for each in (home, other):
            complete(each, "org.membership")
            blocks(each)
        ann, dana, eve, worker = own
        user(home, "ann", *ann)
        user(other, "dana", *dana)
        user(other, "eve", *eve)
        role(other, "worker", *worker, trusts=arn("root"))
        hold(home, "s3.bucket", BUCKET, document_text(*held))
        if is_noted:
            note_new()
        expected = self.by_brute_force(home, pattern, resource)
        assert self.told(home, pattern, resource) == expected

    def told(self, home: AwsAccount, pattern: str, resource: str) -> dict[str, Decision]:
        index, sides = index_of(home), ResourceSides(home, everybody)
        found = [*who_can(index, pattern, resource, {}, sides)]
        across = across_of(home, index, (pattern, resource, {}), sides, lambda aws_account: True)
        return {each.arn: each.decision for each in [*found, *(match for _, match in across.listed)]}

    def by_brute_force(self, home: AwsAccount, pattern: str, resource: str) -> dict[str, Decision]:
        """Action by action that takes the resource; of a pattern of resources, on some that policies tell apart."""
        situations = Situations(home, may_see=everybody)
        resources = [f"{BUCKET}/a/b", f"{BUCKET}/a/x"] if is_pattern(resource) else [resource]
        best: dict[str, Decision] = {}
        for action in catalogue.actions_matching(pattern):
            if not any(catalogue.may_match(resource, kind) for kind in catalogue.resource_types(action)):
                continue
            for who in (*HERE, *THERE):
                for one in resources:
                    decision = situations.of(who, action, one, {}).verdict_by_policies_read().decision
                    if decision in MAY and best.get(who) is not Decision.ALLOWED:
                        best[who] = decision
        return best


def test_who_may_only_what_no_policy_of_the_asked_account_names(alone: AwsAccount) -> None:
    other = AwsAccount.objects.create(account_id=OTHER, name="Data", emulated=True)
    complete(other, "org.membership")
    blocks(alone)
    hold(alone, "s3.bucket", BUCKET, document_text(trust({"AWS": OTHER}, "s3:*", Resource="*")))
    user(other, "kim", allow("s3:GetObjectTagging", f"{BUCKET}/*"))
    user(other, "lee", allow("ec2:*"))
    for pattern in ("s3:Get*", "s3:*", "*"):
        asked: tuple[str, str, Context] = (pattern, f"{BUCKET}/x", {})
        index, sides = index_of(alone), ResourceSides(alone, everybody)
        [(_, found)] = across_of(alone, index, asked, sides, lambda aws_account: True).listed
        assert found.example == ("s3:GetObjectTagging", f"{BUCKET}/x")
        assert (found.arn, found.decision) == (arn("user/kim", account=OTHER), Decision.ALLOWED)
