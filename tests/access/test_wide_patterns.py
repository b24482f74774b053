"""Who can on patterns that stand for several resources: held against brute force, and honest about what isn't read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from access.index import index_of
from access.outsiders import outsiders
from access.patterns import who_can
from access.resource_sides.lookup import ResourceSides, everybody
from access.resource_sides.wide import parts_on
from access.situations import Situations
from accounts.models import AwsAccount
from policies.engine.combine import Decision
from policies.engine.conditions import Context
from policies.engine.layers import LayerName
from policies.engine.matching import resource_glob, tokens
from tests.access.mirrored import ID, OTHER, arn, user
from tests.services.fuzzing import as_long_as_asked
from tests.services.resource_rows import blocks, hold, unread
from tests.services.statements import allow, deny, document_text, trust

pytestmark = pytest.mark.django_db
SEND, GET = "sqs:SendMessage", "s3:GetObject"
QUEUES = f"arn:aws:sqs:eu-west-1:{ID}:"
WHO = [arn("user/dana"), arn("user/eve")]


# ---- The part of a pattern in a resource -------------------------------------------------------------------------
@for_any(st.text("ab/*?", max_size=6), st.text("ab/", min_size=1, max_size=5))
@as_long_as_asked(200)
def test_the_part_of_a_pattern_in_a_bucket_is_all_of_it(rest: str, key: str) -> None:
    pattern, held = f"arn:aws:s3:::{rest}", "arn:aws:s3:::ab"
    parts = parts_on(pattern, held, "/*")
    asked = f"{held}/{key}"
    expected = resource_glob(tuple(tokens(pattern))).matches(asked)
    assert any(resource_glob(tuple(tokens(each))).matches(asked) for each in parts) is expected


# ---- Against the evaluator ---------------------------------------------------------------------------------------
def identity(prefix: str, names: list[str], actions: list[str]) -> Any:
    said = st.builds(
        lambda make, action, name: make(action, f"{prefix}{name}" if name else "*"),
        st.sampled_from([allow, allow, deny]),
        st.sampled_from(actions),
        st.sampled_from(names),
    )
    return st.lists(said, max_size=3)


def policies(names: list[str], actions: list[str], below: list[str]) -> Any:
    said = st.builds(
        lambda effect, who, action, where: {
            "Effect": effect,
            "Principal": {"AWS": who},
            "Action": action,
            "Resource": where or "*",
        },
        st.sampled_from(["Allow", "Deny"]),
        st.sampled_from([*WHO, arn("root"), "*", OTHER]),
        st.sampled_from(actions),
        st.sampled_from(below),
    )
    return st.dictionaries(st.sampled_from(names), st.lists(said, max_size=2), max_size=3)


class AgainstTheEvaluator(TestCase):
    """Each example in a transaction of its own."""

    def told(self, home: AwsAccount, action: str, pattern: str) -> set[str]:
        found = who_can(index_of(home), action, pattern, {}, ResourceSides(home, everybody))
        return {each.arn for each in found if each.decision is Decision.ALLOWED}

    def by_brute_force(self, home: AwsAccount, action: str, resources: list[str]) -> set[str]:
        """Of what isn't held policies of principals decide."""

        situations = Situations(home)

        def may(who: str, resource: str) -> bool:
            asked = situations.of(who, action, resource, {})
            return asked.verdict_by_policies_read().decision is Decision.ALLOWED

        return {who for who in WHO if any(may(who, resource) for resource in resources)}

    @as_long_as_asked(15)
    @for_any(
        st.tuples(*[identity(QUEUES, ["", "*", "a*", "*b", "ab", "b", "a?"], [SEND, "sqs:*"])] * 2),
        policies(["a", "ab", "b"], [SEND, "sqs:*", "sqs:GetQueueUrl"], ["*"]),
        st.sampled_from(["*", "a*", "*b", "?b", "a?*"]),
    )
    def test_of_queues(self, own: Any, held: Any, name: str) -> None:
        home = AwsAccount.objects.create(account_id=ID, name="Acme", emulated=True)
        for who, said in zip(("dana", "eve"), own, strict=True):
            user(home, who, *said)
        for each, said in held.items():
            hold(home, "sqs.queue", f"{QUEUES}{each}", *([document_text(*said)] if said else []))
        glob = resource_glob(tuple(tokens(f"{QUEUES}{name}")))
        there = [f"{QUEUES}{each}" for each in ("a", "ab", "az", "b", "zz", "azz", "xb", "axb")]
        meant = [each for each in there if glob.matches(each)]
        expected = self.by_brute_force(home, SEND, meant)
        assert self.told(home, SEND, f"{QUEUES}{name}") == expected

    @as_long_as_asked(15)
    @for_any(
        st.tuples(*[identity("arn:aws:s3:::", ["", "*", "a*", "a/*", "ab/open/*", "*/open/*"], [GET, "s3:*"])] * 2),
        policies(["a", "ab"], [GET, "s3:*"], ["*", "arn:aws:s3:::ab/open/*", "arn:aws:s3:::a/*"]),
        st.sampled_from(["*", "a*", "*/open/*", "a*/shut/*", "ab?open/*"]),
    )
    def test_of_objects_in_buckets(self, own: Any, held: Any, name: str) -> None:
        home = AwsAccount.objects.create(account_id=ID, name="Acme", emulated=True)
        blocks(home)
        for who, said in zip(("dana", "eve"), own, strict=True):
            user(home, who, *said)
        for each, said in held.items():
            hold(home, "s3.bucket", f"arn:aws:s3:::{each}", *([document_text(*said)] if said else []))
        glob = resource_glob(tuple(tokens(f"arn:aws:s3:::{name}")))
        keys = ("open/x", "shut/x", "z", "open/x/shut/y", "shut/x/open/y")
        there = [f"arn:aws:s3:::{each}/{key}" for each in ("a", "ab", "azz", "zz", "zb", "abxopen") for key in keys]
        meant = [each for each in there if glob.matches(each)]
        expected = self.by_brute_force(home, GET, meant)
        assert self.told(home, GET, f"arn:aws:s3:::{name}") == expected


# ---- What isn't read ---------------------------------------------------------------------------------------------
def test_what_is_read_decides_and_what_is_not_is_told(alone: AwsAccount) -> None:
    user(alone, "dana", allow("sqs:*"))
    user(alone, "eve")
    hold(alone, "sqs.queue", f"{QUEUES}a", document_text(trust({"AWS": WHO[1]}, SEND, Resource="*")))
    hold(alone, "sqs.queue", f"{QUEUES}b", document_text(trust("*", SEND, Resource="*")))
    sides = ResourceSides(alone, everybody)
    asked: tuple[str, str, Context] = (SEND, f"{QUEUES}*", {})
    found = who_can(index_of(alone), *asked, sides)
    assert {each.arn: (each.decision, each.not_read) for each in found} == {
        WHO[0]: (Decision.ALLOWED, []),
        WHO[1]: (Decision.ALLOWED, []),
    }
    assert [each.name for each in outsiders(index_of(alone), *asked, sides)] == ["*"]
    wide = sides.within(SEND, asked[1])
    assert wide is not None
    assert (wide.is_complete, wide.sentences) == (True, ["The policies of 2 resources that are read count here."])


def test_an_example_is_one_that_the_action_takes(alone: AwsAccount) -> None:
    blocks(alone)
    user(alone, "dana", allow("s3:*"))
    hold(alone, "s3.bucket", "arn:aws:s3:::share", document_text(trust("*", GET, Resource="*")))
    (found,) = who_can(index_of(alone), GET, "arn:aws:s3:::*", {}, ResourceSides(alone))
    assert found.example[1].startswith("arn:aws:s3:::share/")


def test_denied_everywhere_that_is_read_is_not_denied_elsewhere(alone: AwsAccount) -> None:
    user(alone, "dana", allow("sqs:*", f"{QUEUES}a"))
    row = hold(alone, "sqs.queue", f"{QUEUES}a", document_text({**deny("sqs:*"), "Principal": "*"}))
    pattern = f"{QUEUES}*"
    assert who_can(index_of(alone), SEND, pattern, {}, ResourceSides(alone)) == []
    unread(row, "policy")
    (found,) = who_can(index_of(alone), SEND, pattern, {}, ResourceSides(alone))
    assert (found.arn, found.not_read) == (WHO[0], [LayerName.RESOURCE])
    wide = ResourceSides(alone).within(SEND, pattern)
    assert wide is not None
    assert "1 SQS queue of Acme isn’t read." in wide.why_not


def test_another_aws_account_that_may_not_be_told_of_is_no_part_of_it(alone: AwsAccount) -> None:
    other = AwsAccount.objects.create(account_id=OTHER, name="Secretive", emulated=True)
    theirs = f"arn:aws:sqs:eu-west-1:{OTHER}:jobs"
    hold(other, "sqs.queue", theirs, document_text(trust({"AWS": WHO[0]}, SEND, Resource="*")))
    user(alone, "dana", allow("sqs:*"))
    pattern = "arn:aws:sqs:*:*:jobs"
    (seen,) = who_can(index_of(alone), SEND, pattern, {}, ResourceSides(alone, everybody))
    assert (seen.example[1], LayerName.RESOURCE in seen.not_read) == (theirs, False)
    (unseen,) = who_can(index_of(alone), SEND, pattern, {}, ResourceSides(alone))
    assert LayerName.RESOURCE in unseen.not_read
    wide = ResourceSides(alone).within(SEND, pattern)
    assert wide is not None
    assert "Secretive" not in " ".join(wide.sentences)
    assert "nothing is known" in " ".join(wide.sentences)
