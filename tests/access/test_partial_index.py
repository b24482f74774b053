"""Of other AWS accounts only those are read whom a question concerns: the answers are those of everybody."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given as for_any
from hypothesis import strategies as st

from access.across import AcrossSearch
from access.connected import ConnectedIndexes, ConnectedPrincipals
from access.index import Index, index_of
from access.kept import KEPT
from access.outsiders import OutsideQuestion
from access.partial_index import Asked
from access.resource_sides.values import ResourceSide, SaidByResource
from access.role_chains import ChainSearch
from access.rows import rows_of_principals
from access.surroundings import Surroundings, surroundings_of
from accounts.models import AwsAccount
from identities.models import IamRole, InlinePolicy
from policies.document_reach import note_new
from policies.engine.compiled import CompiledDocument
from policies.engine.reach import ANY, begins_of, reach_of, service_in
from policies.engine.truth import NO, UNKNOWN
from policies.models import AllowedPrefix, Document
from tests.access.mirrored import ID, OTHER, arn, managed, role, user
from tests.access.test_follow_mirror import HAPPENINGS
from tests.services.fuzzing import as_long_as_asked
from tests.services.organization_rows import complete
from tests.services.rows import attach, join, make_group
from tests.services.statements import allow, deny, layer_policy, trust

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(aws_account: AwsAccount) -> AwsAccount:
    """The AWS account that is asked; principals are in the other one."""
    made = AwsAccount.objects.create(account_id=OTHER, name="Data", emulated=True)
    for each in (aws_account, made):
        complete(each, "org.membership")
    return made


@dataclass(frozen=True)
class Everybody:
    """What `ConnectedIndexes` has, with all principals read at once."""

    indexes: dict[str, Index]

    @property
    def account_ids(self) -> Sequence[str]:
        return list(self.indexes)

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

    def index(self, account_id: str) -> Index:
        return self.indexes[account_id]

    def state(self, account_id: str) -> object:
        return self.indexes[account_id]


STRANGERS = {"StringNotEquals": {"aws:PrincipalAccount": "999999999999"}}


def question(action: str, resource: str, who: Any = "*") -> OutsideQuestion:
    """Whoever is named is let in; not the public, of whom nobody is told by name."""
    allowing = trust({"AWS": who}, action, Resource="*", Condition=STRANGERS)
    said = SaidByResource(layer_policy(allowing, name="policy"))
    return OutsideQuestion(action, resource, ResourceSide(OTHER, surroundings_of(OTHER), said, said))


def told(found: dict[str, Any]) -> Any:
    return {
        account: [(match.arn, match.decision, match.allowed_if, match.not_read, _because(match)) for match in matches]
        for account, matches in found.items()
    }


def _because(match: Any) -> list[tuple[str, str]]:
    return [(reason.policy, reason.which) for reason in match.because]


BUCKET = "arn:aws:s3:::a/b"
QUESTIONS = [
    ("s3:GetObject", BUCKET),
    ("s3:GetObject", "arn:aws:s3:::a/*"),
    ("s3:PutObject", "arn:aws:s3:::b"),
    ("s3:ListAllMyBuckets", BUCKET),
    ("sts:GetCallerIdentity", BUCKET),
    ("iam:PassRole", arn("role/r", account=OTHER)),
    ("sts:AssumeRole", arn("role/r", account=OTHER)),
]


@pytest.mark.stack
def test_the_answers_are_those_of_everybody(aws_account: AwsAccount, asked: AwsAccount) -> None:
    """Also after whatever happened since others asked; some documents aren't looked at yet."""

    @as_long_as_asked(5)
    @for_any(st.integers(0, 2**32), st.lists(st.integers(1, 6), min_size=2, max_size=6))
    def after_whatever_happens(seed: int, looks: list[int]) -> None:
        chance = random.Random(seed)
        with transaction.atomic():
            for happenings in (8, *looks):
                for _ in range(happenings):
                    chance.choice(HAPPENINGS)(aws_account, chance)
                if chance.random() < 0.7:
                    note_new()
                check(aws_account, asked, chance.sample(QUESTIONS, 3))
            transaction.set_rollback(True)
        KEPT.forget()

    after_whatever_happens()


def check(aws_account: AwsAccount, asked: AwsAccount, questions: Sequence[tuple[str, str]]) -> None:
    everybody = Everybody({ID: index_of(aws_account)})
    few = ConnectedIndexes(asked)
    for each in questions:
        for who in ("*", ID):
            one = question(*each, who)
            assert told(AcrossSearch(few).found([one])) == told(AcrossSearch(everybody).found([one]))
    own = index_of(asked)
    assert chains(own, few) == chains(own, everybody)


def chains(own: Index, others: Any) -> Any:
    """To one of the roles of the other AWS account."""
    principals = ConnectedPrincipals(own, others)
    first = IamRole.objects.live().filter(aws_account__account_id=ID).order_by("pk").first()
    if first is None:
        return {}
    part = principals.part(ID)
    target = part.first + principals.named(ID, [first.arn]).by_arn[first.arn]
    search = ChainSearch(principals, {target: True})
    search.go_on()
    return {
        principals.holder(chain.numbers[0]).arn: (len(chain.numbers), chain.is_sure, chain.first.decision)
        for chain in search.found()
    }


def test_only_whom_it_concerns_is_read(aws_account: AwsAccount, asked: AwsAccount) -> None:
    user(aws_account, "dana", allow("s3:GetObject", "arn:aws:s3:::a/*"))
    user(aws_account, "kim", allow("s3:GetObject", "arn:aws:s3:::other/*"))
    role(aws_account, "writer", allow("s3:Put*", "*"), trusts=arn("root"))
    group = make_group(aws_account, "readers")
    attach(group, managed(aws_account, "read", [allow("s3:Get*")]))
    join(user(aws_account, "lee"), group)
    note_new()
    others = ConnectedIndexes(asked)
    found = AcrossSearch(others).found([question("s3:GetObject", BUCKET)])
    assert [match.arn for match in found[ID]] == [arn("user/dana"), arn("user/lee")]
    assert [holder.arn for holder in others.index(ID).holders] == [arn("user/dana"), arn("user/lee")]
    AcrossSearch(others).found([question("s3:PutObject", BUCKET)])
    assert [holder.arn for holder in others.index(ID).holders][2:] == [arn("role/writer")]


def test_who_asks_again_reads_nothing(aws_account: AwsAccount, asked: AwsAccount) -> None:
    user(aws_account, "dana", allow("s3:*"))
    note_new()

    def ask() -> Any:
        return told(AcrossSearch(ConnectedIndexes(asked)).found([question("s3:GetObject", BUCKET)]))

    first = ask()
    with CaptureQueriesContext(connection) as queries:
        assert ask() == first
    assert not [each for each in queries if "policies_document" in each["sql"] or "inlinepolicy" in each["sql"]]
    user(aws_account, "kim", allow("s3:*"))
    assert len(ask()[ID]) == 2


def test_who_asks_while_another_reads_waits_for_nobody_and_misses_nobody(
    aws_account: AwsAccount, asked: AwsAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    dana = user(aws_account, "dana", allow("s3:*"))
    one, other = ConnectedIndexes(asked), ConnectedIndexes(asked)
    found: list[list[str]] = []

    def with_another(*principals: Any) -> Any:
        monkeypatch.setattr("access.partial_index.rows_of_principals", rows_of_principals)
        found.append([holder.arn for holder in other.named(ID, [dana.arn]).holders])
        return rows_of_principals(*principals)

    monkeypatch.setattr("access.partial_index.rows_of_principals", with_another)
    found.append([holder.arn for holder in one.named(ID, [dana.arn]).holders])
    assert found == [[dana.arn], [dana.arn]]


def test_a_document_that_is_looked_at_meanwhile_is_found(aws_account: AwsAccount, asked: AwsAccount) -> None:
    """By another process, after each of the queries of this one."""
    dana = user(aws_account, "dana", allow("s3:GetObject"))

    def note_after(number: int) -> Any:
        queries = count(1)

        def wrapper(execute: Any, *query: Any) -> Any:
            found = execute(*query)
            if next(queries) == number:
                note_new()
            return found

        return wrapper

    for number in range(1, 30):
        KEPT.forget()
        Document.objects.update(reach_version=0)
        AllowedPrefix.objects.all().delete()
        with connection.execute_wrapper(note_after(number)):
            found = AcrossSearch(ConnectedIndexes(asked)).found([question("s3:GetObject", BUCKET)])
        assert [match.arn for match in found[ID]] == [dana.arn]


def test_what_grew_makes_room(aws_account: AwsAccount, asked: AwsAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    """An index is empty when it is first kept."""
    monkeypatch.setattr(KEPT, "most", 3)
    KEPT.forget()
    third = AwsAccount.objects.create(account_id="333333333333", name="Third", emulated=True)
    complete(third, "org.membership")
    for each in (aws_account, third):
        user(each, "dana", allow("s3:*"))
        user(each, "kim", allow("s3:*"))
    found = AcrossSearch(ConnectedIndexes(asked)).found([question("s3:GetObject", BUCKET)])
    assert {account: len(matches) for account, matches in found.items()} == {ID: 2, third.account_id: 2}
    assert KEPT.kept <= 3
    user(third, "lee", allow("s3:*"))
    user(third, "max", allow("s3:*"))
    found = AcrossSearch(ConnectedIndexes(asked)).found([question("s3:GetObject", BUCKET)])
    assert {account: len(matches) for account, matches in found.items()} == {ID: 2, third.account_id: 4}
    assert KEPT.kept <= 3


def test_whom_a_search_could_not_read_is_sought_again(
    aws_account: AwsAccount, asked: AwsAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The search is kept, and goes on after a database that couldn't be reached."""
    dana = user(aws_account, "dana", allow("sts:AssumeRole"))
    first = role(aws_account, "first", trusts=arn("user/dana"))
    own = index_of(asked)
    principals = ConnectedPrincipals(own, ConnectedIndexes(asked))
    target = principals.part(ID).first + principals.named(ID, [first.arn]).by_arn[first.arn]
    search = ChainSearch(principals, {target: True})

    def unreachable(*principals: Any) -> Any:
        raise OperationalError

    with monkeypatch.context() as broken:
        broken.setattr("access.partial_index.rows_of_principals", unreachable)
        with pytest.raises(OperationalError):
            search.go_on()
    search.go_on()
    assert [principals.holder(chain.numbers[0]).arn for chain in search.found()] == [dana.arn]


def test_documents_are_looked_at_once(aws_account: AwsAccount) -> None:
    note_new()
    dana = user(aws_account, "dana", allow("s3:Get*", "arn:aws:s3:::a/*"), deny("s3:*"))
    assert note_new() > 0
    assert note_new() == 0
    document = InlinePolicy.objects.get(user=dana).document
    kept = AllowedPrefix.objects.filter(document=document).values_list("service", "prefix")
    assert list(kept) == [("s3", "arn:aws:s3:::a/")]
    Document.objects.update(reach_version=0)  # as a new version of the program finds them
    assert note_new() == Document.objects.count()
    assert kept.count() == 1


# ---- What is kept of a document ------------------------------------------------------------------------------
PIECES = st.sampled_from(
    ["arn:aws:s3:::", "arn:aws:s3", "arn:*:s3:::", "a", "b/", "*", "?", "${aws:username}", "\x00", ":"]
)
TEXTS = st.lists(PIECES, max_size=5).map("".join)
ACTIONS = st.sampled_from(["s3:GetObject", "S3:get*", "*", "*:*", "s?:*", "iam:PassRole", "s3:*", "nonsense"])
STATEMENTS = st.builds(
    lambda resource, action, resources, actions: {"Effect": "Allow", resource: resources, action: actions},
    st.sampled_from(["Resource", "Resource", "NotResource"]),
    st.sampled_from(["Action", "Action", "NotAction"]),
    st.lists(TEXTS, min_size=1, max_size=3),
    st.lists(ACTIONS, min_size=1, max_size=2),
)


@as_long_as_asked(400)
@for_any(STATEMENTS, st.sampled_from(["2008-10-17", "2012-10-17"]), ACTIONS, TEXTS)
def test_whatever_a_document_may_allow_is_found(statement: Any, version: str, action: str, resource: str) -> None:
    document = CompiledDocument({"Version": version, "Statement": [statement]})
    asked = action.lower()
    covers = [each.covers(resource, lambda key: UNKNOWN) for each in document.about(asked)]
    if any(each is not NO for each in covers):
        services, begins = {ANY, service_in(asked)}, begins_of(resource)
        assert any(service in services and begin in begins for service, begin in reach_of(document))


def test_a_document_about_very_much_may_be_about_anything() -> None:
    listed = [f"arn:aws:s3:::bucket-{number}" for number in range(60)]
    document = CompiledDocument({"Statement": [{"Effect": "Allow", "Action": ["s3:*", "kms:*"], "Resource": listed}]})
    assert reach_of(document) == {("s3", ""), ("kms", "")}
