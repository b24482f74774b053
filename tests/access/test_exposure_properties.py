"""Who gets in from outside, held against brute force: every combination of what the requests of strangers have."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

from hypothesis import given as for_any
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from access.exposure.looking import exposure_of
from access.exposure.values import PartyKind, ResourceExposure
from access.situations import EVERYTHING
from accounts.models import AwsAccount
from policies.engine.callers import Caller, CallerKind, caller_of
from policies.engine.combine import Decision
from policies.engine.compiled import compiled
from policies.engine.conditions import Context
from policies.engine.evaluate import Layers, Request, evaluate
from policies.engine.layers import LayerPolicy
from resources.selectors import HeldPolicies, held_policies
from tests.access.mirrored import ID, OTHER, arn
from tests.services.fuzzing import as_long_as_asked
from tests.services.resource_rows import hold
from tests.services.statements import document_text

QUEUE = f"arn:aws:sqs:eu-west-1:{ID}:jobs"
ACTIONS = ("sqs:SendMessage", "sqs:ReceiveMessage", "sqs:PurgeQueue")
STRANGER, ORGANIZATION, SNS = "999999999999", "o-abcdefghij", "sns.amazonaws.com"
NEAR, VPCE = "198.51.100.7", "vpce-1"
WHO: tuple[Any, ...] = (
    "*",
    {"AWS": "*"},
    {"AWS": OTHER},
    {"AWS": arn("role/x", account=OTHER)},
    {"AWS": ID},
    {"Service": SNS},
)
CONDITIONS: tuple[Any, ...] = (
    {},
    {"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}},
    {"StringNotEquals": {"aws:PrincipalOrgID": ORGANIZATION}},
    {"StringEquals": {"aws:PrincipalAccount": OTHER}},
    {"StringNotEquals": {"aws:PrincipalAccount": ID}},
    {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/ci"}},
    {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/ci"}},
    {"IpAddress": {"aws:SourceIp": f"{NEAR}/32"}},
    {"NotIpAddress": {"aws:SourceIp": f"{NEAR}/32"}},
    {"StringEquals": {"aws:SourceVpce": VPCE}},
    {"StringNotEqualsIfExists": {"aws:SourceVpce": VPCE}},
    {"StringEquals": {"aws:Referer": "me"}},
    {"Null": {"aws:Referer": "true"}},
    {"Bool": {"aws:SecureTransport": "false"}},
    {"StringEquals": {"aws:PrincipalTag/team": "red"}},
    {"StringEquals": {"aws:SourceAccount": ID}},
    {"StringNotEqualsIfExists": {"aws:SourceAccount": ID}},
    {"ArnLike": {"aws:SourceArn": f"arn:aws:sns:*:{ID}:*"}},
    {"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:news"}},
    {"ArnEquals": {"aws:SourceArn": "arn:aws:s3:::ours"}},
)
statements = st.builds(
    lambda effect, who, action, one, other: {
        "Effect": effect,
        "Principal": who,
        "Action": action,
        "Resource": "*",
        **({"Condition": {**one, **other}} if one or other else {}),
    },
    st.sampled_from(["Allow", "Allow", "Deny"]),
    st.sampled_from(WHO),
    st.sampled_from([*ACTIONS, "sqs:*", "sqs:*Message"]),
    st.sampled_from(CONDITIONS),
    st.sampled_from([{}, {}, *CONDITIONS]),
)


def contexts(**choices: Any) -> Iterator[Context]:
    """All combinations; None: the key isn't there."""
    keys = [key.replace("__", "/").replace("_", ":", 1) for key in choices]
    for values in product(*choices.values()):
        yield {key: (value,) for key, value in zip(keys, values, strict=True) if value is not None}


FREE = {"aws_referer": (None, "me", "you"), "aws_securetransport": ("true", "false")}
FAR = {"aws_sourceip": ("240.0.0.9",)}
NETWORK = {"aws_sourceip": (NEAR, "240.0.0.9"), "aws_sourcevpce": (None, VPCE)}


def strangers(**network: Any) -> Iterator[tuple[Caller, Context]]:
    for context in contexts(**FREE, **network):
        yield Caller(CallerKind.ANONYMOUS), {**context, "aws:principalaccount": ("anonymous",)}
    for name in ("ci", "other"):
        caller = caller_of(arn(f"role/{name}", account=STRANGER))
        own = {"aws_principalorgid": (None, "o-zzzzzzzzzz"), "aws_principaltag__team": (None, "red")}
        for context in contexts(**FREE, **network, **own):
            yield caller, context


def services_of_strangers() -> Iterator[tuple[Caller, Context]]:
    sources = (f"arn:aws:sns:eu-west-1:{STRANGER}:news", f"arn:aws:sns:eu-west-1:{STRANGER}:x", "arn:aws:s3:::theirs")
    for context in contexts(**FREE, aws_sourcearn=sources, aws_sourceaccount=(STRANGER,)):
        yield caller_of(SNS), context


def allowed(text: str, action: str, who: Iterator[tuple[Caller, Context]]) -> bool:
    policy = LayerPolicy("", compiled(text))
    for caller, context in who:
        layers = Layers((EVERYTHING,) if caller.is_in_an_account else (), resource=policy)
        if evaluate(Request(caller, action, QUEUE, ID, context), layers).decision is Decision.ALLOWED:
            return True
    return False


def told(exposure: ResourceExposure, kind: PartyKind, *, is_sure: bool | None = None) -> set[str]:
    return {action for each in exposure.of(kind, is_sure=is_sure) for action in each.actions}.intersection(ACTIONS)


class AgainstBruteForce(TestCase):
    """Each example in a transaction of its own."""

    @as_long_as_asked(60)
    @for_any(st.lists(statements, min_size=1, max_size=4))
    def test_it_says_what_the_evaluator_says_of_every_stranger(self, policy: Any) -> None:
        home = AwsAccount.objects.create(account_id=ID, name="Acme", emulated=True)
        text = document_text(*policy)
        held = held_policies(hold(home, "sqs.queue", QUEUE, text))
        assert isinstance(held, HeldPolicies)
        exposure = exposure_of(held)
        assert exposure is not None
        public = {action for action in ACTIONS if allowed(text, action, strangers(**FAR))}
        assert told(exposure, PartyKind.ANYBODY, is_sure=True) == public
        from_somewhere = {action for action in ACTIONS if allowed(text, action, strangers(**NETWORK))}
        assert from_somewhere <= told(exposure, PartyKind.ANYBODY)
        deputies = {action for action in ACTIONS if allowed(text, action, services_of_strangers())}
        named = {each["Principal"].get("Service") for each in policy if isinstance(each["Principal"], dict)}
        if SNS in named:
            assert told(exposure, PartyKind.SERVICE, is_sure=True) <= deputies
            by_name = [each for each in policy if each["Principal"] == {"Service": SNS} or each["Effect"] == "Deny"]
            by_name_alone = {a for a in ACTIONS if allowed(document_text(*by_name), a, services_of_strangers())}
            assert by_name_alone <= told(exposure, PartyKind.SERVICE)
