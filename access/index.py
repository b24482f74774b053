"""An index over the principals of an AWS account, to decide a request for all of them at once.

Documents are shared: of each it is decided once what it says of an action on a resource, and that is combined for each
principal who holds it. Only statements that ask who the principal is are looked at again for each of them.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import Any, TypeVar

from access.holders import Holder, all_rows, assemble_holders, holders
from access.question import WhoCanMatch, WhoCanQuestion
from access.situations import is_for_guests
from access.surroundings import Surroundings, surroundings_of
from accounts.models import AwsAccount
from policies.engine.compiled import CompiledDocument, CompiledStatement
from policies.engine.conditions import Context
from policies.engine.layers import LayerPolicy

_NO_CONTEXT: Context = {}
_REMEMBERED = 512  # actions


class Index:
    """`holders` and the documents that they hold, by number.

    Nothing in it changes once it is built, but for what it remembers of answers: threads may share it.
    """

    def __init__(self, holders: Sequence[Holder], surroundings: Surroundings) -> None:
        self.holders = holders
        self.partition = holders[0].caller.partition if holders else ""  # of all
        self.surroundings = surroundings
        self.documents: list[CompiledDocument] = []
        numbers: dict[int, int] = {}
        self.held_by: dict[int, list[int]] = defaultdict(list)  # the numbers of holders, by that of a document
        self.documents_of: list[tuple[int, ...]] = []
        self.bounded_by: dict[int, list[int]] = defaultdict(list)
        self.boundary_of: list[int | None] = []
        for number, holder in enumerate(holders):
            documents = tuple(dict.fromkeys(self._number(policy.document, numbers) for policy in holder.policies))
            self.documents_of.append(documents)
            for document in documents:
                self.held_by[document].append(number)
            boundary = None if holder.boundary is None else self._number(holder.boundary.document, numbers)
            self.boundary_of.append(boundary)
            if boundary is not None:
                self.bounded_by[boundary].append(number)
        self._about: dict[str, list[tuple[int, tuple[CompiledStatement, ...]]]] = {}

    def _number(self, document: CompiledDocument, numbers: dict[int, int]) -> int:
        found = numbers.setdefault(id(document), len(self.documents))
        if found == len(self.documents):
            self.documents.append(document)
        return found

    @cached_property
    def by_arn(self) -> Mapping[str, int]:
        """The first, where there are two."""
        return {holder.arn: number for number, holder in reversed(list(enumerate(self.holders)))}

    @cached_property
    def guests(self) -> frozenset[int]:
        """Roles that identity pools give to people who haven't signed in."""
        trusts = {id(holder.trust.document): holder for holder in self.holders if holder.trust}
        for_guests = {document for document, holder in trusts.items() if is_for_guests(holder)}
        return frozenset(
            number
            for number, holder in enumerate(self.holders)
            if for_guests and holder.trust and id(holder.trust.document) in for_guests
        )

    @cached_property
    def action_patterns(self) -> frozenset[str]:
        """All that policies have, in lower case: of principals, trust policies and control policies."""
        around = self.surroundings
        trusts = {id(holder.trust.document): holder.trust.document for holder in self.holders if holder.trust}
        above = (policy.document for level in (*around.scps, *around.rcps) for policy in level.policies)
        return frozenset(
            pattern.lower()
            for document in (*self.documents, *trusts.values(), *above)
            for statement in document.statements
            for pattern in statement.actions.patterns
        )

    def about(self, action: str) -> list[tuple[int, tuple[CompiledStatement, ...]]]:
        """The documents that say anything of the action (in lower case), with what they say."""
        found = self._about.get(action)
        if found is None:
            if len(self._about) >= _REMEMBERED:
                self._about.clear()
            said = ((number, document.about(action)) for number, document in enumerate(self.documents))
            found = self._about[action] = [(number, statements) for number, statements in said if statements]
        return found

    def allowed_at_all(self, action: str, *, on_others: bool = False) -> set[int]:
        """Who has a policy, and no boundary without one, that allows the action on something.

        `on_others`: on something that doesn't bear the user's own name, as policies for one's own credentials have it.
        """
        allowing = {
            number
            for number, statements in self.about(action.lower())
            if any(each.allows and not (on_others and is_of_oneself(each)) for each in statements)
        }
        found = {holder for number in allowing for holder in self.held_by.get(number, ())}
        return {number for number in found if self.boundary_of[number] is None or self.boundary_of[number] in allowing}

    def who_can(
        self,
        action: str,
        resource: str = "*",
        context: Context = _NO_CONTEXT,
        *,
        among: Collection[int] | None = None,
    ) -> list[WhoCanMatch]:
        """Whom the layers that were read allow it, surely or if a context key that isn't known is so.

        `context` keys in lower case; `among`: the numbers of those who are asked about. The AWS account's root user,
        whom no policy of a principal limits, is not in the list.
        """
        return self.question(action, resource, context).answers(among)

    def question(self, action: str, resource: str, context: Context = _NO_CONTEXT) -> WhoCanQuestion:
        return WhoCanQuestion(self, action, resource, context)

    def can(self, number: int, action: str, resource: str = "*", context: Context = _NO_CONTEXT) -> WhoCanMatch | None:
        return next(iter(self.who_can(action, resource, context, among=(number,))), None)


def is_of_oneself(statement: CompiledStatement) -> bool:
    patterns = statement.resources.patterns
    return not statement.not_resources and all("${aws:username}" in pattern.lower() for pattern in patterns)


def index_of(aws_account: AwsAccount) -> Index:
    return Index(holders(aws_account), surroundings_of(aws_account.account_id))


def numbers_of(found: Iterable[WhoCanMatch]) -> list[int]:
    return [each.number for each in found]


# ---- Role chaining: who can assume a role by assuming other roles first --------------------------------------
LONGEST = 4  # AWS sets no limit; each step is a session of one hour at most

ASSUME = "sts:AssumeRole"


def chains_to(index: Index, targets: Iterable[int], depth: int = LONGEST) -> dict[int, list[int]]:
    """By holder, the shortest way to one of `targets`: the holder, roles, the target. Of those who are no target."""
    ways: dict[int, list[int]] = {number: [number] for number in targets}
    newest = [number for number in ways if index.holders[number].is_role]
    for _ in range(depth):
        reached: list[int] = []
        for role in newest:
            for found in index.who_can(ASSUME, index.holders[role].arn):
                if found.number not in ways:
                    ways[found.number] = [found.number, *ways[role]]
                    reached.append(found.number)
        newest = [number for number in reached if index.holders[number].is_role]
    return {number: way for number, way in ways.items() if len(way) > 1}


# ---- Indexes that are kept between requests, for as long as the rows that they were made of don't change -----
# Each request reads the rows again (0.08 s for 10,000 principals); what is kept is what takes long: the index that
# they make, and what was found out with it. So nothing has to tell this module that something changed, and no worker's
# pull, change or import can be missed.
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
