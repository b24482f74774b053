"""Caches indexes between requests, for as long as the rows that they were made of don't change.

Each request reads the rows again (0.08 s for 10,000 principals); what is kept is what takes long: the index that they
make, and what was found out with it. So nothing has to tell this module that something changed, and no worker's pull,
change or import can be missed.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar

from access.holders import assemble_holders
from access.index import Index
from access.rows import all_rows
from access.surroundings import Surroundings, surroundings_of
from accounts.models import AwsAccount
from policies.engine.layers import LayerPolicy

MOST_PRINCIPALS = 30_000  # of all indexes that are kept, about 4 kB each with what they hold
MOST_ANSWERS = 32  # kept beside each

T = TypeVar("T")


@dataclass
class CachedIndex:
    """The index of an AWS account. `groups`: what each, by its ARN, gives its members."""

    digest: bytes
    surroundings: Surroundings
    index: Index
    groups: Mapping[str, tuple[LayerPolicy, ...]]
    _answers: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict)

    def answer(self, key: Hashable, find: Callable[[], T]) -> T:
        """What `find` finds out from the index and from what is in the key, and nothing else."""
        with _lock:
            if key in self._answers:
                self._answers.move_to_end(key)
                kept: T = self._answers[key]
                return kept
        found = find()
        with _lock:
            self._answers[key] = found
            while len(self._answers) > MOST_ANSWERS:
                self._answers.popitem(last=False)
        return found


_lock = Lock()
_by_account: OrderedDict[int, CachedIndex] = OrderedDict()  # the one asked for last at the end


def cached_index(aws_account: AwsAccount) -> CachedIndex:
    """Safe to call from several threads. What it returns is for reading."""
    rows, surroundings = all_rows(aws_account), surroundings_of(aws_account.account_id)
    digest = rows.digest()
    with _lock:
        found = _by_account.get(aws_account.pk)
        if found and found.digest == digest and found.surroundings == surroundings:
            _by_account.move_to_end(aws_account.pk)
            return found
    holders, groups = assemble_holders(rows)
    made = CachedIndex(digest, surroundings, Index(holders, surroundings), groups)
    _keep(aws_account.pk, made)
    return made


def _keep(pk: int, made: CachedIndex) -> None:
    """The oldest make room. One that is too large for all of it is not kept."""
    with _lock:
        _by_account.pop(pk, None)
        if len(made.index.holders) > MOST_PRINCIPALS:
            return
        _by_account[pk] = made
        while sum(len(each.index.holders) for each in _by_account.values()) > MOST_PRINCIPALS:
            _by_account.popitem(last=False)


def forget() -> None:
    """All of it: for who measures how long it takes to begin."""
    with _lock:
        _by_account.clear()
