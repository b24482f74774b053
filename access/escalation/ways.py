"""The escalation paths as a page has them, kept while nothing that they depend on changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from access.escalation import Path, escalations
from access.escalation.account import Account, Beside, put_beside
from access.kept import kept
from access.surroundings import Surroundings
from accounts.models import AwsAccount

SHOWN = 100


@dataclass(frozen=True)
class Ways:
    """`paths`: the shortest of `total` that `people` principals have, each with the unique id of whose it is and
    whether that is a role. Their permissions are left out: they hold on to all that was asked."""

    paths: Sequence[tuple[Path, str, bool]]
    total: int
    people: int
    surroundings: Surroundings


def ways_of(aws_account: AwsAccount) -> Ways:
    held, beside = kept(aws_account), Beside.of(aws_account)
    key = ("ways", beside.digest(), aws_account.partition)
    return held.answer(key, lambda: _found(put_beside(held, beside, aws_account.partition)))


def _found(account: Account) -> Ways:
    found = escalations(account)
    holders, by_arn = account.index.holders, account.index.by_arn
    sources = [(path, holders[by_arn[path.source]]) for path in found[:SHOWN]]
    shown = [(_without_permissions(path), holder.unique_id, holder.is_role) for path, holder in sources]
    return Ways(shown, len(found), len({path.source for path in found}), account.index.surroundings)


def _without_permissions(path: Path) -> Path:
    return replace(path, steps=tuple(replace(step, permissions=()) for step in path.steps))
