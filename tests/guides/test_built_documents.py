"""The documents of the role builder, for each entry of its tables: lint finds nothing, AWS takes them, and a brute
force over requests allows what was asked for and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import AwsAccount
from emulator.process import Emulator
from guides.roles.answers import Touch
from guides.roles.documents import permissions_of, via_service
from guides.roles.invoking import STARTERS, TARGETS, Started
from guides.roles.outside import ISSUERS, wrong_subject
from guides.roles.touched import TOUCHABLES, touchable_of
from guides.roles.touching import filled
from guides.roles.trusting import AccountTrust
from policies.engine.callers import caller_of
from policies.engine.catalogue import action, actions_matching
from policies.engine.combine import Decision
from policies.engine.compiled import CompiledDocument
from policies.engine.document import size
from policies.engine.evaluate import LayerPolicy, Layers, Request, evaluate
from policies.engine.lint import lint
from policies.engine.structure import DocumentType
from policies.quotas import INLINE_OF_ROLE, MANAGED_POLICY, TRUST_POLICY
from tests.guides.built import KEY, REGION, USES, answers, arn_of, log_of, touch, trusts
from tests.services.pages import ACCOUNT_ID

pytestmark = pytest.mark.django_db
Context = dict[str, tuple[str, ...]]
ROLE = f"arn:aws:iam::{ACCOUNT_ID}:role/service/orders"


@pytest.fixture(scope="module")
def acme() -> AwsAccount:
    return AwsAccount(account_id=ACCOUNT_ID, partition="aws", name="Acme", default_region=REGION)


def all_touches() -> Iterator[Touch]:
    for name, use in USES:
        yield touch(name, use)
        yield touch(name, use, with_key=True)
    for name, use in USES:
        if name == "bucket":
            yield touch(name, use, prefix="nightly/")


def test_lint_finds_nothing_in_what_is_built(acme: AwsAccount) -> None:
    for trust in trusts(acme):
        found = lint(trust.document(), DocumentType.TRUST, ACCOUNT_ID, TRUST_POLICY.usual)
        expected = {"FOREIGN_PRINCIPAL"} if isinstance(trust, AccountTrust) else set()
        assert {each.code for each in found} == expected, (trust, found)
    for one in (*all_touches(), log_of(acme)):
        text = permissions_of(answers(acme, None, one))
        assert lint(text, DocumentType.IDENTITY, ACCOUNT_ID, MANAGED_POLICY.usual) == (), (one, text)
        assert size(text) <= min(MANAGED_POLICY.usual, INLINE_OF_ROLE.usual)


def test_lint_finds_nothing_in_what_starts_it(acme: AwsAccount) -> None:
    for principal, target in TARGETS.items():
        for starter in STARTERS:
            if starter.name in target.ways:
                started = Started(starter, principal, REGION, "orders", "orders-start")
                assert lint(json.dumps(started.document(acme, ROLE)), DocumentType.IDENTITY, ACCOUNT_ID) == ()


def test_the_emulator_takes_them(acme: AwsAccount, emulator: Emulator) -> None:
    iam = emulator.own_client("iam")
    for number, trust in enumerate(trusts(acme)):
        iam.create_role(RoleName=f"built-{number}", AssumeRolePolicyDocument=trust.document())
    for number, one in enumerate(all_touches()):
        text = permissions_of(answers(acme, None, one))
        iam.put_role_policy(RoleName="built-0", PolicyName=f"p{number % 5}", PolicyDocument=text)


def test_the_table_names_what_the_catalogue_has() -> None:
    for touchable in TOUCHABLES:
        assert touchable_of(arn_of(touchable)) is touchable
        named = [one for use in touchable.uses for one in (*use.actions, *use.with_key)]
        assert [
            one for one in (*named, *(each for never in touchable.never for each in never.actions)) if not action(one)
        ] == []


# ---- Brute force -----------------------------------------------------------------------------------------------------
def is_meant(touches: list[Touch], name: str, resource: str, context: Context) -> bool:
    """By the table itself, and text patterns of Python's."""
    return any(_by_one(each, name, resource, context) for each in touches)


def _by_one(one: Touch, name: str, resource: str, context: Context) -> bool:
    if one.key_arn and name in one.use.with_key and resource == one.key_arn:
        return context.get("kms:viaservice") == (via_service(one),)
    for permit in one.use.permits:
        fits = any(fnmatchcase(resource, filled(each, one.values)) for each in permit.resources)
        if name in permit.actions and fits:
            prefix = context.get("s3:prefix", ("",))[0]
            return not (permit.of_prefix and one.prefix) or prefix.startswith(one.prefix)
    return False


def requests_about(touches: list[Touch]) -> Iterator[tuple[str, str, Context]]:
    """Every action of the services in question, on what is meant, what is in it, and what lies beside it."""
    services = {use.partition(":")[0] for one in touches for use in one.use.actions} | {"kms", "iam"}
    names = [name for service in sorted(services) for name in actions_matching(f"{service}:*")]
    resources = {"*", KEY, KEY[:-1] + "9", ROLE}
    for one in touches:
        inside = [
            filled(each, one.values).replace("*", "x/y") for permit in one.use.permits for each in permit.resources
        ]
        resources |= {one.arn, f"{one.arn}/x", f"{one.arn}2", one.arn[:-1], *inside, f"{one.arn}/{one.prefix}z"}
    listing: list[Context] = [{}, {"s3:prefix": ("nightly/a",)}, {"s3:prefix": ("other/",)}]
    of_keys: list[Context] = [{}]
    of_keys += [{"kms:viaservice": (via_service(one),)} for one in touches if one.key_arn]
    for resource in sorted(resources):
        is_key = resource.startswith("arn:aws:kms")
        for name in names:
            contexts = of_keys if is_key else listing if name == "s3:ListBucket" else listing[:1]
            yield from ((name, resource, context) for context in contexts)


def check_all(acme: AwsAccount, touches: list[Touch]) -> None:
    document = CompiledDocument(json.loads(permissions_of(answers(acme, None, *touches))))
    # KMS asks the key's own policy, too: here it leaves it to the AWS account.
    opened = CompiledDocument(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT_ID}, "Action": "*", "Resource": "*"}],
        }
    )
    layers = Layers(identity=(LayerPolicy("own", document),), resource=LayerPolicy("key policy", opened))
    caller = caller_of(ROLE)
    for name, resource, context in requests_about(touches):
        said: Any = evaluate(Request(caller, name, resource, ACCOUNT_ID, context), layers).decision
        assert (said is Decision.ALLOWED) is is_meant(touches, name, resource, context), (name, resource, context, said)


@pytest.mark.parametrize(("name", "use"), USES)
def test_each_use_allows_what_it_says_and_nothing_else(acme: AwsAccount, name: str, use: str) -> None:
    check_all(acme, [touch(name, use, with_key=True, prefix="nightly/" if name == "bucket" else "")])


def _touch(pair: tuple[str, str], number: int, prefix: str, with_key: bool) -> Touch:
    return touch(*pair, number=number, prefix=prefix if pair[0] == "bucket" else "", with_key=with_key)


some_touch = st.builds(
    _touch, st.sampled_from(USES), st.integers(1, 3), st.sampled_from(["", "nightly/", "a-b/c"]), st.booleans()
)


@settings(max_examples=5)
@given(st.lists(some_touch, min_size=2, max_size=3, unique_by=lambda one: (one.arn, one.prefix)))
def test_several_allow_no_more_than_each(touches: list[Touch]) -> None:
    acme = AwsAccount(account_id=ACCOUNT_ID, partition="aws", name="Acme", default_region=REGION)
    check_all(acme, touches)


# ---- Subjects --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "subject",
    ["", "*", "?*", "**", "repo:*", "repo:*/shop:*", "repo:ac*/shop:*", "repo:acme*", "*:ref:refs/heads/main"],
)
def test_a_subject_that_lets_in_others_is_refused(subject: str) -> None:
    assert wrong_subject(ISSUERS[0], subject)


@pytest.mark.parametrize("subject", ["repo:acme/shop:ref:refs/heads/main", "repo:acme/shop:*", "repo:acme/*"])
def test_a_subject_that_says_whose_it_is_is_taken(subject: str) -> None:
    assert wrong_subject(ISSUERS[0], subject) == ""


def test_a_namespace_is_asked_of_kubernetes() -> None:
    kubernetes = next(each for each in ISSUERS if each.name == "kubernetes")
    refused = [
        one
        for one in ("system:serviceaccount:*:*", "system:serviceaccount:sh*:api", "*")
        if wrong_subject(kubernetes, one)
    ]
    assert len(refused) == 3
    assert wrong_subject(kubernetes, "system:serviceaccount:shop:*") == ""
