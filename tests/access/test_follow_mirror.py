"""Indexes follow the mirror by what was written: they answer as those that are made anew, whoever writes, and when."""

from __future__ import annotations

import random
from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import given as given_by
from hypothesis import strategies as st

from access import index as kept
from access.escalation.account import EscalationRows
from access.index import CachedIndex, cached_index, index_of
from access.rows import all_rows
from accounts.models import AwsAccount
from identities.models import Attachment, IamGroup, IamRole, IamUser, InlinePolicy, InstanceProfile, Membership
from policies.models import ManagedPolicy, PolicyVersion
from sync import row_writes
from sync.models import RowWrite
from tests.access.mirrored import arn, managed, role, user
from tests.services.fuzzing import as_long_as_asked
from tests.services.organization_rows import complete
from tests.services.rows import attach, join, make_document, make_group, put_inline
from tests.services.statements import allow, deny, document_text, trusting

Random = random.Random
ACTIONS = ("s3:GetObject", "iam:PassRole", "sts:AssumeRole")


# ---- What can happen to a mirror -----------------------------------------------------------------------------
def _one(rows: Any, chance: Random) -> Any:
    listed = list(rows.order_by("pk"))
    return chance.choice(listed) if listed else None


def _statements(chance: Random) -> list[dict[str, Any]]:
    made = chance.choice([allow, allow, deny])
    return [made(chance.choice(["*", "s3:*", "s3:GetObject", "iam:*"]), chance.choice(["*", "arn:aws:s3:::a/*"]))]


def _name(chance: Random) -> str:
    return f"{chance.choice('abcdefgh')}{chance.randrange(10**9)}"


def _principal(chance: Random) -> Any:
    return _one(chance.choice([IamUser, IamGroup, IamRole]).objects.all(), chance)


def _attach(aws_account: AwsAccount, chance: Random) -> None:
    owner, policy = _principal(chance), _one(ManagedPolicy.objects.all(), chance)
    if (
        owner
        and policy
        and not Attachment.objects.filter(arn=policy.arn, name=policy.name, aws_id__startswith=owner.aws_id)
    ):
        attach(owner, policy)


def _inline(aws_account: AwsAccount, chance: Random) -> None:
    if owner := _principal(chance):
        put_inline(owner, _name(chance), document=make_document(document_text(*_statements(chance))))


def _join(aws_account: AwsAccount, chance: Random) -> None:
    who, group = _one(IamUser.objects.all(), chance), _one(IamGroup.objects.all(), chance)
    if who and group and not Membership.objects.filter(user=who, group=group).exists():
        join(who, group)


def _end(aws_account: AwsAccount, chance: Random) -> None:
    model: Any = chance.choice([Attachment, InlinePolicy, Membership, IamUser, IamGroup, IamRole, ManagedPolicy])
    if row := _one(model.objects.all(), chance):
        model.objects.filter(pk=row.pk).update(gone_at=None if row.gone_at else timezone.now())


def _rewrite(aws_account: AwsAccount, chance: Random) -> None:
    document = make_document(document_text(*_statements(chance)))
    model: Any = chance.choice([InlinePolicy, PolicyVersion])
    if row := _one(model.objects.all(), chance):
        model.objects.filter(pk=row.pk).update(document=document)


def _put_in_force(aws_account: AwsAccount, chance: Random) -> None:
    if policy := _one(ManagedPolicy.objects.all(), chance):
        ManagedPolicy.objects.filter(pk=policy.pk).update(default_version=chance.choice(["v1", "v2", "v3"]))


def _bound(aws_account: AwsAccount, chance: Random) -> None:
    row, policy = _one(IamUser.objects.all(), chance), _one(ManagedPolicy.objects.all(), chance)
    if row:
        IamUser.objects.filter(pk=row.pk).update(boundary_arn=policy.arn if policy and chance.random() < 0.7 else "")


def _rename(aws_account: AwsAccount, chance: Random) -> None:
    model: Any = chance.choice([IamUser, IamGroup, ManagedPolicy])
    if row := _one(model.objects.all(), chance):
        name, word = _name(chance), {IamUser: "user", IamGroup: "group", ManagedPolicy: "policy"}[model]
        model.objects.filter(pk=row.pk).update(name=name, name_key=name, arn=arn(f"{word}/{name}"))


def _trust(aws_account: AwsAccount, chance: Random) -> None:
    if row := _one(IamRole.objects.all(), chance):
        document = make_document(trusting(chance.choice([{"AWS": arn("root")}, {"Service": "ec2.amazonaws.com"}])))
        IamRole.objects.filter(pk=row.pk).update(trust=chance.choice([document, None]))


def _tag(aws_account: AwsAccount, chance: Random) -> None:
    if row := _one(IamUser.objects.all(), chance):
        IamUser.objects.filter(pk=row.pk).update(tags={"team": chance.choice(["red", "blue"])}, key_count=2)


def _delete(aws_account: AwsAccount, chance: Random) -> None:
    model: Any = chance.choice([Attachment, InlinePolicy, Membership])
    if row := _one(model.objects.all(), chance):
        row.delete()


HAPPENINGS: list[Callable[[AwsAccount, Random], Any]] = [
    lambda aws_account, chance: user(aws_account, _name(chance), *_statements(chance)),
    lambda aws_account, chance: role(aws_account, _name(chance), *_statements(chance), trusts=arn("root")),
    lambda aws_account, chance: make_group(aws_account, _name(chance)),
    lambda aws_account, chance: managed(aws_account, _name(chance), _statements(chance), _statements(chance)),
    _attach,
    _attach,
    _inline,
    _join,
    _end,
    _end,
    _rewrite,
    _put_in_force,
    _bound,
    _rename,
    _trust,
    _tag,
    _delete,
]


def check(aws_account: AwsAccount) -> CachedIndex:
    """The index that is kept is what one made anew would be."""
    followed, anew = cached_index(aws_account), kept._made_anew(aws_account, cached_index(aws_account).surroundings)
    assert [_told(each) for each in followed.index.holders] == [_told(each) for each in anew.index.holders]
    assert {name: _policies(each) for name, each in followed.groups.items()} == {
        name: _policies(each) for name, each in anew.groups.items()
    }
    mine, its = followed.rows.rows(), all_rows(aws_account)
    assert mine == its
    assert followed.digest == its.digest()
    assert EscalationRows.of(aws_account, followed).digest == EscalationRows.of(aws_account, anew).digest
    for action in ACTIONS:
        for resource in ("*", "arn:aws:s3:::a/b", *(each.arn for each in anew.index.holders[-1:])):
            answers = [
                [(each.arn, each.decision) for each in index.who_can(action, resource)]
                for index in (followed.index, anew.index)
            ]
            assert answers[0] == answers[1]
    assert _sets(followed.index) == _sets(anew.index)
    return followed


def _told(holder: Any) -> Any:
    boundary = holder.boundary and (holder.boundary.name, holder.boundary.document)
    trust = holder.trust and holder.trust.document.statements and holder.trust.document
    rest = (holder.arn, holder.unique_id, holder.row, dict(holder.tags), holder.groups, holder.not_read)
    return rest, _policies(holder.policies), boundary, trust


def _policies(policies: Any) -> list[Any]:
    return [(each.name, each.document) for each in policies]


def _sets(index: Any) -> Any:
    """Who has which document, without those that nobody has any more."""
    return tuple(
        {id(index.documents[number]): sorted(listed) for number, listed in by_document.items() if listed}
        for by_document in (index.held_by, index.bounded_by)
    )


@pytest.mark.stack
@pytest.mark.django_db
def test_it_answers_as_one_that_is_made_anew(aws_account: AwsAccount) -> None:
    @as_long_as_asked(5)
    @given_by(st.integers(0, 2**32), st.lists(st.integers(1, 6), min_size=2, max_size=6))
    def after_whatever_happens(seed: int, looks: list[int]) -> None:
        chance = Random(1)
        with transaction.atomic():
            complete(aws_account, "org.membership")
            for happenings in (8, *looks):
                for _ in range(happenings):
                    chance.choice(HAPPENINGS)(aws_account, chance)
                check(aws_account)
            transaction.set_rollback(True)
        check(aws_account)  # what was rolled back is forgotten

    after_whatever_happens()


# ---- By what was written only --------------------------------------------------------------------------------
@pytest.mark.django_db
def test_only_whom_it_concerns_is_put_together_anew(alone: AwsAccount) -> None:
    dana, eve = user(alone, "dana", allow("s3:*")), user(alone, "eve", allow("s3:*"))
    before = cached_index(alone)
    InlinePolicy.objects.filter(user=dana).update(document=make_document(document_text(deny("*"))))
    after = check(alone)
    assert after.index.holders[1] is before.index.holders[1]
    assert [each.arn for each in after.index.who_can("s3:GetObject", "*")] == [eve.arn]
    assert [each.arn for each in before.index.who_can("s3:GetObject", "*")] == [dana.arn, eve.arn]  # as it was


@pytest.mark.django_db
def test_what_makes_no_difference_keeps_the_index(alone: AwsAccount) -> None:
    dana = user(alone, "dana", allow("s3:*"))
    before = cached_index(alone)
    IamUser.objects.filter(pk=dana.pk).update(policy_count=7)
    assert cached_index(alone) is before
    IamUser.objects.filter(pk=dana.pk).update(has_password=True)
    assert check(alone).index is before.index


@pytest.mark.django_db
def test_a_savepoint_that_is_rolled_back_is_forgotten(alone: AwsAccount) -> None:
    user(alone, "dana", allow("s3:*"))
    check(alone)
    with transaction.atomic():
        eve = user(alone, "eve", allow("s3:*"))
        assert len(check(alone).index.holders) == 2
        transaction.set_rollback(True)
    user(alone, "mallory")  # its notes take the numbers of those that are gone
    found = check(alone)
    assert eve.arn not in found.index.by_arn


@pytest.mark.django_db
def test_too_much_to_follow_is_made_anew(alone: AwsAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    user(alone, "dana", allow("s3:*"))
    check(alone)
    monkeypatch.setattr(row_writes, "MOST", 3)
    for name in "abcde":
        user(alone, name, allow("s3:*"))
    assert len(check(alone).index.holders) == 6


@pytest.mark.django_db
def test_notes_are_forgotten_after_a_day(alone: AwsAccount) -> None:
    user(alone, "dana", allow("s3:*"))
    check(alone)
    RowWrite.objects.update(at=timezone.now() - row_writes.KEPT * 2)
    assert row_writes.forget_old() > 0
    user(alone, "eve", allow("s3:*"))
    assert len(check(alone).index.holders) == 2


@pytest.mark.django_db
def test_few_notes_are_kept_of_an_aws_account_about_which_nobody_asks(
    alone: AwsAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_writes, "MOST", 3)
    for name in "abcdefgh":
        user(alone, name, allow("s3:*"))
    notes = RowWrite.objects.filter(aws_account_id=alone.pk)
    assert notes.count() > 6
    row_writes.forget_old()
    assert notes.count() == 6


@pytest.mark.django_db
def test_whoever_reads_notes_misses_none_of_those_forgotten(alone: AwsAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_writes, "MOST", 4)
    complete(alone, "org.membership")
    chance = Random(1)
    for _ in range(40):
        chance.choice(HAPPENINGS)(alone, chance)
        if chance.random() < 0.5:
            row_writes.forget_old()
        if chance.random() < 0.3:
            check(alone)


@pytest.mark.django_db
def test_an_instance_profile_matters_to_escalation_paths(alone: AwsAccount) -> None:
    runner = role(alone, "runner", trusts={"Service": "ec2.amazonaws.com"})
    before = EscalationRows.of(alone, cached_index(alone))
    InstanceProfile.objects.create(
        aws_account=alone, aws_id="AIPA1", name="p", name_key="p", arn="", role=runner, first_seen=timezone.now()
    )
    check(alone)
    assert EscalationRows.of(alone, cached_index(alone)).digest != before.digest


# ---- Several that write at once ------------------------------------------------------------------------------
@pytest.mark.servers
@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_ends_later_is_not_missed(aws_account: AwsAccount) -> None:
    """PostgreSQL: one that began first may end last; its notes have the lower numbers."""
    dana = user(aws_account, "dana", allow("s3:*"))
    eve = user(aws_account, "eve", allow("s3:*"))
    document = make_document(document_text(deny("*")))
    check(aws_account)
    before = row_writes.positions([aws_account.pk])

    def write_within(rows: Any, between: Callable[[], Any]) -> None:
        try:
            with transaction.atomic():
                InlinePolicy.objects.filter(user=rows).update(document=document)
                between()
        finally:
            connection.close()

    def meanwhile() -> None:
        other = Thread(target=write_within, args=(eve, lambda: None))
        other.start()
        other.join()
        looking = Thread(target=_look, args=(aws_account, found))
        looking.start()
        looking.join()

    found: list[list[str]] = []
    write_within(dana, meanwhile)
    assert found == [[dana.arn]]  # eve’s is seen, dana's isn't yet
    assert row_writes.unwritten_since(before) == set()
    assert [each.arn for each in check(aws_account).index.who_can("s3:GetObject", "*")] == []


@pytest.mark.stack
@pytest.mark.django_db
def test_of_many_aws_accounts_those_are_told_in_which_something_was_written(alone: AwsAccount) -> None:
    """All together, as of each by itself; also what was rolled back, and what is too old to tell."""
    others = [AwsAccount.objects.create(account_id=f"{n:012}", name=f"Other {n}", emulated=True) for n in (1, 2, 3)]
    pks = [each.pk for each in (alone, *others)]
    user(others[0], "dana", allow("s3:*"))
    seen = row_writes.positions(pks)
    assert row_writes.unwritten_since(seen) == set(pks)
    user(alone, "eve", allow("s3:*"))
    IamUser.objects.filter(name="dana").update(tags={"team": "red"})
    with transaction.atomic():
        user(others[1], "lee", allow("s3:*"))
        transaction.set_rollback(True)
    assert row_writes.unwritten_since(seen) == {others[1].pk, others[2].pk}
    of_each = {pk: row_writes.writes_since(pk, position) for pk, position in seen.items()}
    assert {pk for pk, found in of_each.items() if found and not found[1]} == {others[1].pk, others[2].pk}
    now = row_writes.positions(pks)
    assert row_writes.unwritten_since(now) == set(pks)
    RowWrite.objects.filter(aws_account_id=alone.pk).delete()  # as a day later
    assert alone.pk not in row_writes.unwritten_since(now)
    assert (row_writes.positions([]), row_writes.unwritten_since({})) == ({}, set())


def _look(aws_account: AwsAccount, found: list[list[str]]) -> None:
    try:
        found.append([each.arn for each in cached_index(aws_account).index.who_can("s3:GetObject", "*")])
    finally:
        connection.close()


@pytest.mark.stack
@pytest.mark.django_db
def test_an_index_with_others_in_some_places_is_as_one_made_of_all(alone: AwsAccount) -> None:
    for name in "abcdef":
        user(alone, name, allow(f"s3:{name}*"))
    index = index_of(alone)
    changed = {1: index.holders[4], 3: index.holders[3]}
    made = index.replaced(changed, index.holders[:2])
    anew = type(index)(made.holders, index.surroundings)
    assert _sets(made) == _sets(anew)
    for action in ("s3:a1", "s3:b1", "s3:e1"):
        assert [each.number for each in made.who_can(action)] == [each.number for each in anew.who_can(action)]
