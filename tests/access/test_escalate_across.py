"""Privilege escalation paths that lead over AWS accounts: as doing it step by step, as findings, and on pages."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from hypothesis import given as for_any
from hypothesis import strategies as st

from access.across import AcrossSearch
from access.escalation import iam_techniques
from access.escalation import paths as path_search
from access.escalation.account import EscalationAccount
from access.escalation.elsewhere import KeptPaths, RoleElsewhere
from access.escalation.finding_source import RULE, RULE_FROM_ELSEWHERE, EscalationSource
from access.escalation.keeping import kept_of
from access.escalation.paths import EscalationPath, searched
from access.holders import Holder
from access.index import Index
from access.models import EscalationSummary
from access.outsiders import trust_question
from access.role_chains import ASSUME
from access.surroundings import Surroundings
from accounts.models import AwsAccount, Grant, Operator
from accounts.roles import Role
from findings import refresh
from findings.models import AccountRefresh, Finding
from identities.models import InlinePolicy
from policies.engine.callers import caller_of
from policies.engine.layers import ControlPolicyLevel
from policies.models import Organization
from policies.organizations import places
from sync import clock
from tests.access.escalating_across import won_by_doing, won_together
from tests.access.mirrored import ID, administrator, arn, role, user
from tests.access.test_chains_across import Others, make, words
from tests.services.fuzzing import as_long_as_asked
from tests.services.organization_rows import ORGANIZATION_ID, make_control_policy, member_of
from tests.services.pages import address, get
from tests.services.rows import make_document, make_role
from tests.services.statements import allow, deny, document_text, layer_policy, trust

ClientOf = Callable[..., Client]
A, B, C = ID, "111111111111", "222222222222"
ACCOUNTS = (A, B, C)
NAMES = ("user/u", "role/r", "role/s")
IN_ORG, IN_OTHER = ({"StringEquals": {"aws:PrincipalOrgID": each}} for each in ("o-1", "o-2"))
TRUSTS = st.builds(
    lambda who, condition: trust({"AWS": who}, ASSUME, **({"Condition": condition} if condition else {})),
    st.sampled_from(
        ["*", A, arn("root", account=B), arn("user/u"), arn("role/r", account=C), arn("role/s", account=B)]
    ),
    st.sampled_from([None, None, IN_ORG, IN_OTHER]),
)
STATEMENTS = st.sampled_from(
    [
        allow("*"),
        allow(ASSUME, "*"),
        allow(ASSUME, arn("role/*", account=B)),
        allow(ASSUME, arn("role/s", account=C)),
        allow(ASSUME, arn("role/r")),
        allow("iam:PutRolePolicy", "arn:aws:iam::*:role/s"),
        allow("s3:*"),
        deny(ASSUME, arn("role/r", account=B)),
    ]
)
HELD = st.lists(st.lists(STATEMENTS, max_size=2), min_size=3, max_size=3)
OF_ROLES = st.lists(st.lists(TRUSTS, min_size=1, max_size=2), min_size=3, max_size=3)
SCPS = st.sampled_from([None, None, None, deny(ASSUME, arn("role/s", account=C)), deny("iam:*")])
ORGANIZATIONS = st.sampled_from(["o-1", "o-1", "o-2"])


def index_of(account_id: str, held: Any, trusts: Any, scp: Any, organization: str) -> Index:
    holders = [
        Holder(
            caller_of(arn(name, account=account_id)),
            number,
            f"ID{account_id}{number}",
            (layer_policy(*held[number], name=f"own {number}"),) if held[number] else (),
            trust=layer_policy(*trusts[number], name=f"trust policy of {name} {account_id}") if number else None,
        )
        for number, name in enumerate(NAMES)
    ]
    levels = (ControlPolicyLevel("root", (layer_policy(allow("*"), *([scp] if scp else []), name="scp"),)),)
    return Index(holders, Surroundings(account_id, levels, (), organization, f"{organization}/r-1/"))


def searches(indexes: Mapping[str, Index]) -> dict[str, list[EscalationPath]]:
    """Each AWS account is searched until nothing is new, as workers do it."""
    summaries: dict[str, Any] = {}
    while True:
        found, before = {}, dict(summaries)
        for account_id, index in indexes.items():
            others = Others({each: one for each, one in indexes.items() if each != account_id})
            elsewhere = tuple(_elsewhere(account_id, indexes, KeptPaths(summaries)))
            search, found[account_id] = searched(EscalationAccount(index, elsewhere=elsewhere))
            entries, reached = kept_of(search, found[account_id], others)
            summaries[account_id] = SimpleNamespace(entries=entries, reached=reached)
        if before == summaries:
            return {account_id: list(each.beyond) for account_id, each in found.items()}


def _elsewhere(account_id: str, indexes: Mapping[str, Index], kept: KeptPaths) -> Iterator[RoleElsewhere]:
    """As `roles_elsewhere` finds them in the mirror."""
    across = AcrossSearch(Others({account_id: indexes[account_id]}))
    for other, index in indexes.items():
        for holder in index.holders if other != account_id else ():
            question = trust_question(holder, index.surroundings, ASSUME)
            if question and across.accounts_of(question) and (leads := kept.leads(holder.arn)):
                yield RoleElsewhere(holder.arn, holder.unique_id, question.side, leads)


@as_long_as_asked(60)
@for_any(
    st.lists(st.tuples(HELD, OF_ROLES, SCPS, ORGANIZATIONS), min_size=3, max_size=3),
)
def test_as_who_does_it_step_by_step(accounts: Any) -> None:

    _compare(accounts)


def _compare(accounts: Any) -> None:
    indexes = {each: index_of(each, *made) for each, made in zip(ACCOUNTS, accounts, strict=True)}
    with pytest.MonkeyPatch.context() as patch:  # without those that need services, which no role here trusts
        patch.setattr(path_search, "TECHNIQUES", (*iam_techniques.CHANGES, *iam_techniques.ROLES))
        found = searches(indexes)
    for account_id, index in indexes.items():
        surely = {path.source for path in found[account_id] if not path.supposes and _is_other(path, account_id)}
        expected = {holder.arn for holder in index.holders if won_by_doing(indexes, holder.arn) - {account_id}}
        assert surely == expected
        perhaps = {path.source for path in found[account_id] if _is_other(path, account_id)}
        together = {holder.arn for holder in index.holders if won_together(indexes, holder.arn) - {account_id}}
        assert together <= perhaps


def test_one_role_that_changes_another_perhaps_lets_outsiders_win_who_get_to_both() -> None:
    """Somebody of B assumes r of C, gives s of C everything, and assumes s, which r may not: see docs/estate.md."""
    nobody: list[list[Any]]
    nobody, anybody = [[], [], []], [[trust({"AWS": "*"}, ASSUME)]] * 3
    of_b = [anybody[0], [trust({"AWS": arn("root", account=B)}, ASSUME)], anybody[2]]
    puts_on_s = [[], [allow("iam:PutRolePolicy", "arn:aws:iam::*:role/s")], []]
    accounts = [
        (nobody, anybody, None, "o-1"),
        ([[], [], [allow("*")]], anybody, None, "o-1"),
        (puts_on_s, of_b, deny(ASSUME, arn("role/s", account=C)), "o-1"),
    ]
    _compare(accounts)
    indexes = {each: index_of(each, *made) for each, made in zip(ACCOUNTS, accounts, strict=True)}
    start = arn("role/s", account=B)
    assert (won_by_doing(indexes, start), won_together(indexes, start)) == ({B}, {B, C})
    [path] = [path for path in searches(indexes)[B] if path.source == start]
    assert path.supposes
    assert path.lead is not None
    assert path.lead.hops[-1].sentences == (
        "from outside, assumes the role s only if who gets in here gets to that role, too",
        "gives the role s an inline policy that allows everything",
    )


def _is_other(path: EscalationPath, account_id: str) -> bool:
    return path.lead is not None and path.lead.account_id != account_id


# ---- Findings ----------------------------------------------------------------------------------------------------
@pytest.fixture
def dev(alone: AwsAccount) -> AwsAccount:
    return alone


@pytest.fixture
def prod(dev: AwsAccount) -> AwsAccount:
    return make(B, "Vault")


SECRET = "deploy-secret"


@pytest.fixture
def way(dev: AwsAccount, prod: AwsAccount) -> None:
    """dana of dev may assume an administrator's role of prod."""
    user(dev, "dana", allow(ASSUME, arn(f"role/{SECRET}", account=B)))
    administrator(role(prod, SECRET, trusts=arn("root")))


def look(*aws_accounts: AwsAccount, times: int = 3) -> list[tuple[str, str, str]]:
    for _ in range(times):
        for each in aws_accounts:
            assert refresh.refresh(each, sources=[EscalationSource()])
    rows = Finding.objects.there().order_by("aws_account__name", "name", "rule")
    return [(str(row.aws_account.name), row.rule, row.sentence) for row in rows]


@pytest.mark.django_db
def test_a_finding_at_both_ends_names_nothing_of_the_other(dev: AwsAccount, prod: AwsAccount, way: None) -> None:
    assert look(dev, prod) == [
        (
            "Acme",
            RULE,
            "dana can become an administrator of another AWS account: assumes a role of another AWS account.",
        ),
        (
            "Vault",
            RULE_FROM_ELSEWHERE,
            f"Somebody of another AWS account can become an administrator of this one as {SECRET}.",
        ),
    ]
    for row in Finding.objects.filter(aws_account=dev):
        assert SECRET not in json.dumps([row.evidence, row.sentence])
        assert B not in json.dumps([row.evidence, row.sentence])
    assert "dana" not in json.dumps(list(Finding.objects.filter(aws_account=prod).values("evidence", "sentence")))


@pytest.mark.django_db
def test_what_others_find_has_an_aws_account_looked_at_again(dev: AwsAccount, prod: AwsAccount, way: None) -> None:
    for each in (dev, prod):
        AccountRefresh.objects.create(aws_account=each)
        refresh.work(each.pk)
    assert set(refresh._due(clock.now())) == {dev}
    refresh.work(dev.pk)
    assert set(refresh._due(clock.now())) == {prod}
    refresh.work(prod.pk)
    assert not refresh._due(clock.now())
    assert Finding.objects.filter(rule=RULE_FROM_ELSEWHERE).count() == 1


@pytest.mark.django_db
def test_it_mends_when_the_way_is_gone(dev: AwsAccount, prod: AwsAccount, way: None) -> None:
    look(dev, prod)
    InlinePolicy.objects.all().delete()
    assert look(dev, prod) == []
    assert EscalationSummary.objects.get(aws_account=dev).reached == {}


@pytest.mark.django_db
def test_an_unchanged_estate_is_not_searched_again(
    dev: AwsAccount, prod: AwsAccount, way: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(dev, prod)
    monkeypatch.setattr(EscalationSource, "look", lambda *args: pytest.fail("It was looked at again."))
    look(dev, prod, times=1)


@pytest.mark.django_db
def test_an_aws_account_that_comes_into_the_organization_is_let_in(dev: AwsAccount, prod: AwsAccount) -> None:
    """By a role that whoever is in the organization may assume: its AWS account is looked at again."""
    user(dev, "dana", allow(ASSUME, arn(f"role/{SECRET}", account=B)))
    of_members = trust("*", ASSUME, Condition={"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION_ID}})
    by_everybody = {"trust": make_document(document_text(of_members)), "trusted": [{"type": "AWS", "value": "*"}]}
    administrator(make_role(prod, SECRET, **by_everybody))
    root, own = member_of(dev)
    make_control_policy(dev, "all", root, own, document=document_text(allow("*")))
    Organization.objects.update(aws_id="o-another")
    places.follow_every_minute()
    assert look(dev, prod) == []
    Organization.objects.update(aws_id=ORGANIZATION_ID)
    places.follow_every_minute()
    assert {rule for _, rule, _ in look(dev, prod)} == {RULE, RULE_FROM_ELSEWHERE}


@pytest.mark.django_db
def test_administrators_and_conditions(dev: AwsAccount, prod: AwsAccount) -> None:
    administrator(user(dev, "boss"))
    external = {"StringEquals": {"sts:ExternalId": "acme-secret"}}
    made = role(prod, SECRET, allow("iam:PutRolePolicy"), trusts=arn("root"))
    made.trust.text = made.trust.text.replace('"Action"', f'"Condition": {json.dumps(external)}, "Action"')
    made.trust.save()
    [there, *here] = sorted(look(dev, prod), reverse=True)
    assert there[2].startswith(f"{SECRET} can become an administrator")
    assert [sentence for *_, sentence in here] == [
        f"An administrator of another AWS account may be able to become an administrator of this one as {SECRET}: "
        "gives itself an inline policy that allows everything.",
        "boss may be able to become an administrator of another AWS account: "
        "assumes a role of another AWS account only under a condition.",
    ]


# ---- On the page -------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_the_page_tells_it_as_far_as_one_may_see(
    dev: AwsAccount, prod: AwsAccount, way: None, alice: Operator, charlie: Operator, client_of: ClientOf
) -> None:
    look(dev, prod)
    Grant.objects.create(operator=alice, role=Role.VIEWER)
    Grant.objects.create(operator=charlie, role=Role.VIEWER, aws_account=dev)
    page = words(get(client_of(alice), "escalations"))
    assert "sts:AssumeRole : assumes a role of another AWS account" in page
    assert f"as {SECRET} of Vault ({B}): is an administrator there" in page
    there = words(client_of(alice).get(address("escalations", account_id=B)).content.decode())
    assert f"Principals of Acme ({ID}) get to it, also some who are no administrators there." in there
    hidden = get(client_of(charlie), "escalations")
    assert "as a role in an AWS account that you can’t see, becomes an administrator there" in words(hidden)
    for secret in (SECRET, "Vault", B):
        assert secret not in hidden.replace(arn(f"role/{SECRET}", account=B), ""), secret
    assert client_of(charlie).get(address("escalations", account_id=B)).status_code == 404


@pytest.mark.django_db
def test_one_who_sees_the_target_only_is_told_no_name_of_the_other(
    dev: AwsAccount, prod: AwsAccount, way: None, charlie: Operator, client_of: ClientOf
) -> None:
    look(dev, prod)
    Grant.objects.create(operator=charlie, role=Role.VIEWER, aws_account=prod)
    page = client_of(charlie).get(address("escalations", account_id=B)).content.decode()
    assert "Principals of an AWS account that you can’t see get to it" in words(page)
    for secret in ("dana", "Acme", ID):
        assert secret not in page, secret


@pytest.mark.django_db
def test_the_command_tells_where_it_leads(dev: AwsAccount, prod: AwsAccount, way: None, capsys: Any) -> None:
    look(dev, prod)
    call_command("escalations", "--account", ID, "--json")
    [path] = json.loads(capsys.readouterr().out)["paths"]
    assert path["account"] == B
    assert path["then"] == [{"account": B, "role": arn(f"role/{SECRET}", account=B), "does": []}]
