"""Chains of roles over AWS accounts: as asking the evaluator request by request, and told as far as one may see."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from hypothesis import given as for_any
from hypothesis import strategies as st

from access.connected import ConnectedPrincipals
from access.holders import Holder
from access.index import Index
from access.partial_index import Asked
from access.request_context import UnknownContextKeys, facts_of_holder, facts_of_place
from access.role_chains import ASSUME, ChainSearch
from access.surroundings import Surroundings
from accounts.models import AwsAccount, Grant, Operator
from accounts.roles import Role
from identities.models import IamRole
from policies.engine.callers import caller_of
from policies.engine.combine import Decision
from policies.engine.evaluate import Layers, Request, evaluate
from policies.engine.layers import ControlPolicyLevel
from policies.models import Organization
from tests.access.mirrored import ID, arn, columns_trusting, given, role, user
from tests.services.fuzzing import as_long_as_asked
from tests.services.organization_rows import ORGANIZATION_ID, complete, make_control_policy, member_of
from tests.services.pages import address, get, text_of
from tests.services.rows import make_document, make_role
from tests.services.statements import allow, deny, document_text, layer_policy, trust

ClientOf = Callable[..., Client]
A, B, C = ID, "111111111111", "222222222222"
STRANGER = "999999999999"
NAMES = ("user/u", "role/r", "role/s")
KEYS: tuple[Any, ...] = (
    None,
    {"StringEquals": {"sts:ExternalId": "acme"}},
    {"StringEquals": {"aws:PrincipalOrgID": "o-1"}},
    {"StringEquals": {"aws:PrincipalOrgID": "o-2"}},
    {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-1/r-1/ou-1/*"}},
    {"StringEquals": {"aws:PrincipalAccount": B}},
    {"StringEquals": {"aws:SourceAccount": A}},
    {"ArnLike": {"aws:PrincipalArn": arn("role/r", account=C)}},
    {"StringEquals": {"aws:PrincipalTag/team": "red"}},
    {"StringEquals": {"aws:ResourceAccount": C}},
    {"StringEquals": {"aws:ResourceOrgID": "o-1"}},
)


def under(condition: Any) -> dict[str, Any]:
    return {"Condition": condition} if condition else {}


TRUSTS = st.builds(
    lambda who, condition, effect: trust({"AWS": who}, ASSUME, Effect=effect, **under(condition)),
    st.sampled_from(["*", A, arn("root", account=B), arn("user/u"), arn("role/r", account=C), STRANGER]),
    st.sampled_from(KEYS),
    st.sampled_from(["Allow", "Allow", "Allow", "Deny"]),
)
STATEMENTS = st.builds(
    lambda effect, on, condition: effect(ASSUME, on, **under(condition)),
    st.sampled_from([allow, allow, allow, deny]),
    st.sampled_from(["*", "arn:aws:iam::*:role/r", arn("role/*", account=B), arn("role/s", account=C), arn("role/r")]),
    st.sampled_from(KEYS),
)
PLACES = st.sampled_from([("", ""), ("o-1", "o-1/r-1/ou-1/"), ("o-1", "o-1/r-1/"), ("o-2", "o-2/r-2/")])


@dataclass(frozen=True)
class Others:
    indexes: Mapping[str, Index]

    @property
    def account_ids(self) -> Sequence[str]:
        return list(self.indexes)

    def index(self, account_id: str) -> Index:
        return self.indexes[account_id]

    def surroundings(self, account_id: str) -> Surroundings:
        return self.indexes[account_id].surroundings

    def look_up(self, account_ids: Collection[str]) -> None:
        pass

    def read_whom(self, account_ids: Collection[str], asked: Asked) -> None:
        pass

    def concerned(self, account_id: str, asked: Asked) -> Index:
        return self.indexes[account_id]

    def named(self, account_id: str, arns: Collection[str]) -> Index:
        return self.indexes[account_id]

    def everybody(self, account_id: str) -> Index:
        return self.indexes[account_id]

    def state(self, account_id: str) -> object:
        return self.indexes[account_id]


def index_of(account_id: str, held: Sequence[Any], trusts: Sequence[Any], around: Any) -> Index:
    (organization, path), scp, rcp, boundary, is_tagged = around
    holders = [
        Holder(
            caller_of(arn(name, account=account_id)),
            number,
            f"ID{account_id}{number}",
            (layer_policy(*held[number], name=f"own {number}"),) if held[number] else (),
            layer_policy(allow("*", arn("role/*", account=B)), name="boundary") if number == boundary else None,
            layer_policy(*trusts[number], name=f"trust policy of {name} {account_id}") if number else None,
            tags={"team": "red"} if is_tagged else {},
        )
        for number, name in enumerate(NAMES)
    ]
    levels = [layer_policy(allow("*"), *([scp] if scp else []), name="scp")]
    scps = (ControlPolicyLevel("root", tuple(levels)),) if organization else ()
    rcps = (ControlPolicyLevel("root", (layer_policy(rcp, name="rcp"),)),) if rcp and organization else ()
    return Index(holders, Surroundings(account_id, scps, rcps, organization, path))


def may(who: Holder, own: Surroundings, target: Holder, there: Surroundings) -> Decision:
    """By the evaluator, of a whole request."""
    known = facts_of_place(own, there, target.arn, ASSUME) | facts_of_holder(who)
    layers = Layers(
        identity=who.policies,
        boundaries=(who.boundary,) if who.boundary else None,
        resource=target.trust,
        scps=own.scps,
        rcps=there.rcps,
    )
    account = target.caller.account
    request = Request(who.caller, ASSUME, target.arn, account, known, UnknownContextKeys(who.caller, who))
    return evaluate(request, layers).decision


def by_brute_force(
    indexes: Mapping[str, Index], targets: Mapping[str, bool], depth: int
) -> dict[str, tuple[int, bool]]:
    """By ARN how long the shortest chain is, and whether one so short is sure."""
    everybody = [(holder, index.surroundings) for index in indexes.values() for holder in index.holders]
    links: dict[tuple[str, str], bool] = {}
    for who, own in everybody:
        for target, there in everybody:
            decision = may(who, own, target, there) if target.is_role else Decision.IMPLICIT_DENY
            if decision in (Decision.ALLOWED, Decision.UNKNOWN):
                links[who.arn, target.arn] = decision is Decision.ALLOWED
    found, newest = {each: (1, sure) for each, sure in targets.items()}, dict(targets)
    for length in range(2, depth + 2):
        reached: dict[str, bool] = {}
        for (one, other), sure in links.items():
            if other in newest and one not in found:
                reached[one] = reached.get(one, False) or (sure and newest[other])
        found |= {one: (length, sure) for one, sure in reached.items()}
        newest = {one: sure for one, sure in reached.items() if ":role/" in one}
    return {one: each for one, each in found.items() if one not in targets}


HELD = st.lists(st.lists(STATEMENTS, max_size=2), min_size=3, max_size=3)
OF_ROLES = st.lists(st.lists(TRUSTS, min_size=1, max_size=2), min_size=3, max_size=3)
AROUND = st.tuples(
    PLACES,
    st.sampled_from([None, None, deny(ASSUME, arn("role/r", account=B)), deny(ASSUME, Condition=KEYS[7])]),
    st.sampled_from([None, None, trust("*", ASSUME, Effect="Deny", Resource="*", Condition=KEYS[5])]),
    st.integers(-3, 2),
    st.booleans(),
)
ACCOUNTS = st.lists(st.tuples(HELD, OF_ROLES, AROUND), min_size=3, max_size=3)
TARGETS = st.dictionaries(
    st.sampled_from([(each, number) for each in (A, B, C) for number in (1, 2)]), st.booleans(), min_size=1, max_size=2
)


@as_long_as_asked(150)
@for_any(ACCOUNTS, TARGETS, st.integers(1, 4), st.sampled_from([1, 7, None]))
def test_as_who_asks_the_evaluator_request_by_request(
    accounts: Any, targets: dict[tuple[str, int], bool], depth: int, steps: int | None
) -> None:
    indexes = {each: index_of(each, *made) for each, made in zip((A, B, C), accounts, strict=True)}
    others = Others({each: index for each, index in indexes.items() if each != A})
    principals = ConnectedPrincipals(indexes[A], others)
    numbers = {principals.part(each).first + number: sure for (each, number), sure in targets.items()}
    search = ChainSearch(principals, numbers, depth=depth)
    while search.waiting:
        search.go_on(steps)
    arns = {principals.holder(number).arn: sure for number, sure in numbers.items()}
    found = {principals.holder(chain.numbers[0]).arn: (len(chain.numbers), chain.is_sure) for chain in search.found()}
    assert found == by_brute_force(indexes, arns, depth)
    for chain in search.found():
        steps_of = zip(chain.numbers, chain.numbers[1:], strict=False)
        for one, other in steps_of:
            own, there = (principals.surroundings(principals.part_of(each).account_id) for each in (one, other))
            decision = may(principals.holder(one), own, principals.holder(other), there)
            assert decision is Decision.ALLOWED or (decision is Decision.UNKNOWN and not chain.is_sure)


# ---- On pages ------------------------------------------------------------------------------------------------
ASKED = "?action=s3:GetObject&resource=arn:aws:s3:::payroll/*"


def make(account_id: str, name: str) -> AwsAccount:
    made = AwsAccount.objects.create(account_id=account_id, name=name, emulated=True)
    complete(made, "org.membership")
    return made


@pytest.fixture
def three(alone: AwsAccount) -> dict[str, AwsAccount]:
    """dana of Data → hop of Shop → reader here, who may; and kim of here → hop, too."""
    found = {A: alone, B: make(B, "Data"), C: make(C, "Shop")}
    hop = arn("role/hop-secret", account=C)
    role(alone, "reader", allow("s3:GetObject"), trusts=hop)
    role(found[C], "hop-secret", allow(ASSUME, arn("role/reader")), trusts={"AWS": [arn("root", account=B), ID]})
    user(found[B], "dana-secret", allow(ASSUME, hop))
    user(alone, "kim", allow(ASSUME, hop))
    return found


def words(html: str) -> str:
    return " ".join(text_of(html).split())


@pytest.mark.django_db
def test_a_chain_over_three_aws_accounts_is_told_with_names(
    three: dict[str, AwsAccount], alice: Operator, client_of: ClientOf
) -> None:
    Grant.objects.create(operator=alice, role=Role.VIEWER)
    page = words(get(client_of(alice), "who_can", ASKED))
    assert "dana-secret User Data (111111111111) assumes hop-secret of Shop (222222222222): inline policy own" in page
    assert "assumes reader : inline policy own, statement number 1; trust policy of reader, statement number 1" in page
    assert "hop-secret Role Shop (222222222222) assumes reader" in page
    assert page.count("kim User assumes hop-secret") == 1
    answer: Any = client_of(alice).get(f"{address('who_can')}{ASKED}&format=chains")
    rows = list(csv.reader(b"".join(answer.streaming_content).decode().splitlines()))
    assert ["dana-secret", arn("user/dana-secret", account=B), "Data (111111111111)"] in [
        [*row[:2], row[-1]] for row in rows
    ]


@pytest.mark.django_db
def test_of_other_aws_accounts_one_who_may_not_see_them_is_told_that_and_no_name(
    three: dict[str, AwsAccount], charlie: Operator, alice: Operator, client_of: ClientOf
) -> None:
    """Also where the search was made for somebody who may see more, and as who is there is begun again."""
    Grant.objects.create(operator=alice, role=Role.VIEWER)
    Grant.objects.create(operator=charlie, role=Role.VIEWER, aws_account=three[A])
    assert "dana-secret" in get(client_of(alice), "who_can", ASKED)
    page = get(client_of(charlie), "who_can", ASKED)
    told = words(page)
    assert "kim User assumes a role in an AWS account that you can’t see: inline policy own, statement number 1" in told
    assert told.count("Access from an AWS account that you can’t see") == 1
    assert "2 more by assuming a role" in told
    answer: Any = client_of(charlie).get(f"{address('who_can')}{ASKED}&format=chains")
    file = b"".join(answer.streaming_content).decode()
    assert len(list(csv.reader(file.splitlines()))) == 3
    for text in (page, file):
        for secret in ("secret", "Data (", "Shop (", B, C):
            assert secret not in text, secret
    assert "dana-secret" in get(client_of(alice), "who_can", ASKED)


@pytest.mark.django_db
def test_what_is_kept_follows_the_other_aws_accounts(
    three: dict[str, AwsAccount], alice: Operator, client_of: ClientOf
) -> None:
    Grant.objects.create(operator=alice, role=Role.VIEWER)
    assert "lee" not in get(client_of(alice), "who_can", ASKED)
    user(three[B], "lee", allow(ASSUME, arn("role/*", account=C)))
    assert "lee User Data" in words(get(client_of(alice), "who_can", ASKED))
    fourth = make("333333333333", "Test")
    user(fourth, "noa", allow(ASSUME, arn("role/open")))
    make_role(three[A], "open", **columns_trusting({"AWS": "333333333333"}))
    assert "noa" not in get(client_of(alice), "who_can", ASKED)  # that role may nothing
    IamRole.objects.filter(name="hop-secret").update(gone_at=timezone.now())
    page = words(get(client_of(alice), "who_can", ASKED))
    assert "kim" not in page
    assert "lee" not in page


@pytest.mark.django_db
def test_the_command_follows_roles_over_aws_accounts(three: dict[str, AwsAccount], capsys: Any) -> None:
    call_command("who_can", "s3:GetObject", "arn:aws:s3:::payroll/*", "--account", A, "--chains", "3", "--json")
    chains = json.loads(capsys.readouterr().out)["chains"]
    hop = arn("role/hop-secret", account=C)
    assert {"arn": arn("user/dana-secret", account=B), "through": [hop, arn("role/reader")]} in chains


@pytest.mark.django_db
def test_what_is_kept_follows_the_organizations_of_others(
    alone: AwsAccount, alice: Operator, client_of: ClientOf
) -> None:
    """A chain that begins in an AWS account that was in another organization when somebody asked first."""
    Grant.objects.create(operator=alice, role=Role.VIEWER)
    there = make(B, "Data")
    root, own = member_of(there)
    make_control_policy(there, "all", root, own, document=document_text(allow("*")))
    Organization.objects.update(aws_id="o-another")
    of_members = trust("*", ASSUME, **under({"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION_ID}}))
    reader = make_role(alone, "reader", trust=make_document(document_text(of_members)), trusted=[])
    given(reader, allow("s3:GetObject"))
    user(there, "dana", allow(ASSUME))
    assert "dana" not in get(client_of(alice), "who_can", ASKED)
    Organization.objects.update(aws_id=ORGANIZATION_ID)
    assert "dana User Data" in words(get(client_of(alice), "who_can", ASKED))
