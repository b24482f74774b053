"""An index over the principals of an AWS account, to decide a request for all of them at once.

Documents are shared: of each it is decided once what it says of an action on a resource, and that is combined for each
principal who holds it. Only statements that ask who the principal is are looked at again for each of them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cached_property
from threading import Lock
from typing import Any, TypeVar

from access.following import BESIDE, AccountRows, Owner
from access.holders import Documents, Holder, assemble_holders, holders
from access.kept import KEPT
from access.matches import WhoCanMatch
from access.question import WhoCanQuestion
from access.resource_sides.values import ResourceSide
from access.rows import GROUPS, ROLES, USERS
from access.situations import is_for_guests
from access.surroundings import Surroundings, surroundings_of
from accounts.models import AwsAccount
from policies.engine.compiled import CompiledDocument, CompiledStatement
from policies.engine.conditions import Context
from policies.engine.layers import LayerPolicy
from sync import row_writes
from sync.row_writes import WritePosition

_NO_CONTEXT: Context = {}
_REMEMBERED = 512  # actions
NO_DOCUMENT = CompiledDocument({})
_DERIVED = ("by_arn", "guests", "action_patterns")  # what is found out when it is first asked for


class Index:
    """`holders` and the documents that they hold, by number.

    Nothing in it changes once it is built, but for what it remembers of answers: threads may share it.
    """

    def __init__(self, holders: Sequence[Holder], surroundings: Surroundings) -> None:
        self.holders: Sequence[Holder] = holders
        self.partition = holders[0].caller.partition if holders else ""  # of all
        self.surroundings = surroundings
        self.documents: list[CompiledDocument] = []
        self.held_by: dict[int, list[int]] = {}  # the numbers of holders, by that of a document
        self.documents_of: list[tuple[int, ...]] = [()] * len(holders)
        self.bounded_by: dict[int, list[int]] = {}
        self.boundary_of: list[int | None] = [None] * len(holders)
        self._numbers: dict[int, int] = {}
        self.dead = 0  # documents that nobody has any more
        self._about: dict[str, list[tuple[int, tuple[CompiledStatement, ...]]]] = {}
        self._before: _Before | None = None
        for number, holder in enumerate(holders):
            self._hold(number, holder)

    def _hold(self, number: int, holder: Holder) -> None:
        documents = tuple(dict.fromkeys(self._number(policy.document) for policy in holder.policies))
        self.documents_of[number] = documents
        for document in documents:
            self.held_by.setdefault(document, []).append(number)
        boundary = self.boundary_of[number] = (
            None if holder.boundary is None else self._number(holder.boundary.document)
        )
        if boundary is not None:
            self.bounded_by.setdefault(boundary, []).append(number)

    def _number(self, document: CompiledDocument) -> int:
        found = self._numbers.setdefault(id(document), len(self.documents))
        if found == len(self.documents):
            self.documents.append(document)
        return found

    def replaced(self, holders: Mapping[int, Holder], more: Sequence[Holder] = ()) -> Index:
        """Another index with these holders in the places of others, and more at the end; this one stays as it is.

        A document that nobody has any more says nothing in it.
        """
        made = copy(self)
        made.__dict__ = {name: value for name, value in self.__dict__.items() if name not in _DERIVED}
        made.documents_of = [*self.documents_of, *([()] * len(more))]
        made.boundary_of = [*self.boundary_of, *([None] * len(more))]
        listed, first = [*self.holders, *more], len(self.holders)
        for number, holder in holders.items():
            listed[number], made.boundary_of[number] = holder, None
        made.holders = listed
        made.partition = listed[0].caller.partition if listed else ""
        made.documents, made._numbers, made._about = list(self.documents), dict(self._numbers), {}
        held = (policy.document for holder in (*holders.values(), *more) for policy in _of(holder))
        numbers = {each for number in holders for each in (*self.documents_of[number], self.boundary_of[number])}
        numbers |= {self._numbers.get(id(each)) for each in held}
        concerned = {each for each in numbers if each is not None}
        gone = set(holders)
        for by_document, mine in (("held_by", self.held_by), ("bounded_by", self.bounded_by)):
            cut = {each: [n for n in mine[each] if n not in gone] for each in concerned if each in mine}
            setattr(made, by_document, {**mine, **cut})
        for number, holder in (*holders.items(), *enumerate(more, start=first)):
            made._hold(number, holder)
        dead = {each for each in concerned if not made.held_by.get(each) and not made.bounded_by.get(each)}
        for document in dead:
            made._numbers.pop(id(made.documents[document]), None)
            made.documents[document] = NO_DOCUMENT
        made.dead = self.dead + len(dead)
        made._before = _Before(self, frozenset(dead), len(self.documents)) if self._before is None else None
        return made

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
            known, first = self._before.about(action) if self._before else ([], 0)
            said = ((number, self.documents[number].about(action)) for number in range(first, len(self.documents)))
            found = self._about[action] = [*known, *((number, listed) for number, listed in said if listed)]
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
        side: ResourceSide | None = None,
    ) -> list[WhoCanMatch]:
        """Whom the layers that were read allow it, surely or if a context key that isn't known is so.

        `context` keys in lower case; `among`: the numbers of those who are asked about; `side`: what is held of the
        resource. The AWS account's root user, whom no policy of a principal limits, is not in the list.
        """
        return self.question(action, resource, context, side).answers(among)

    def question(
        self, action: str, resource: str, context: Context = _NO_CONTEXT, side: ResourceSide | None = None
    ) -> WhoCanQuestion:
        return WhoCanQuestion(self, action, resource, context, side)

    def can(self, number: int, action: str, resource: str = "*", context: Context = _NO_CONTEXT) -> WhoCanMatch | None:
        return next(iter(self.who_can(action, resource, context, among=(number,))), None)


@dataclass(frozen=True)
class _Before:
    """The index that another was made of: what its documents say, but those that are `dead`, the other needn't ask."""

    index: Index
    dead: frozenset[int]
    first: int  # of the documents that came with the other

    def about(self, action: str) -> tuple[list[tuple[int, tuple[CompiledStatement, ...]]], int]:
        return [each for each in self.index.about(action) if each[0] not in self.dead], self.first


def _of(holder: Holder) -> Iterator[LayerPolicy]:
    yield from holder.policies
    if holder.boundary:
        yield holder.boundary


def is_of_oneself(statement: CompiledStatement) -> bool:
    patterns = statement.resources.patterns
    return not statement.not_resources and all("${aws:username}" in pattern.lower() for pattern in patterns)


def index_of(aws_account: AwsAccount) -> Index:
    return Index(holders(aws_account), surroundings_of(aws_account.account_id))


def numbers_of(found: Iterable[WhoCanMatch]) -> list[int]:
    return [each.number for each in found]


# ---- Indexes that are kept between requests, and follow the mirror --------------------------------------------
# Triggers of the database note each row that is written (sync/row_writes.py). So each request asks for what was
# noted since the last one, reads those rows again, and puts together anew whom they concern. Nothing has to tell this
# module that something changed, and no worker's pull, change or import can be missed.
MOST_ANSWERS = 32  # kept beside each
_MOST_FOLLOWED = 0.2  # of the principals: where more are concerned, all are put together
_MOST_DEAD = 500  # documents that nobody has any more

T = TypeVar("T")


@dataclass
class CachedIndex:
    """The index of an AWS account. `groups`: what each, by its ARN, gives its members.

    `beside` is for what others read of the mirror beside its rows; it is None again once that was written.
    """

    seen: WritePosition
    rows: AccountRows
    surroundings: Surroundings
    index: Index
    groups: Mapping[str, tuple[LayerPolicy, ...]]
    documents: Documents
    beside: Any = None
    _answers: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict)

    @property
    def size(self) -> int:
        return len(self.index.holders)

    @cached_property
    def digest(self) -> bytes:
        """Of the rows."""
        return self.rows.rows().digest()

    def answer(self, key: Hashable, find: Callable[[], T], is_current: Callable[[T], bool] = lambda kept: True) -> T:
        """What `find` finds out from the index and from what is in the key, and nothing else; or from what `is_current`
        looks at, too."""
        with _lock:
            is_kept = key in self._answers
            if is_kept:
                self._answers.move_to_end(key)
                kept: T = self._answers[key]
        if is_kept and is_current(kept):
            return kept
        found = find()
        with _lock:
            self._answers[key] = found
            while len(self._answers) > MOST_ANSWERS:
                self._answers.popitem(last=False)
        return found


_lock = Lock()
_KEY = "whole"


def cached_index(aws_account: AwsAccount) -> CachedIndex:
    """Safe to call from several threads. What it returns is for reading."""
    surroundings = surroundings_of(aws_account.account_id)
    found: CachedIndex | None = KEPT.get((_KEY, aws_account.pk))
    made = _followed(found, aws_account, surroundings) if found else None
    if made is None:
        made = _made_anew(aws_account, surroundings)
    KEPT.put((_KEY, aws_account.pk), made)
    return made


def _made_anew(aws_account: AwsAccount, surroundings: Surroundings) -> CachedIndex:
    seen = row_writes.position(aws_account.pk)  # what is written from here on is read once more
    rows = AccountRows.of(aws_account)
    made = assemble_holders(rows.rows())
    return CachedIndex(seen, rows, surroundings, Index(made.holders, surroundings), made.groups, made.documents)


def _followed(before: CachedIndex, aws_account: AwsAccount, surroundings: Surroundings) -> CachedIndex | None:
    """None where it takes as long to make it anew."""
    found = row_writes.writes_since(aws_account.pk, before.seen)
    if found is None:
        return None
    seen, writes = found
    same = surroundings == before.surroundings
    beside = None if any(kind in BESIDE for kind, _ in writes) else before.beside
    if not writes and same:
        before.seen = seen
        return before
    rows, concerned = before.rows.followed(aws_account, writes)
    if not concerned and same:
        return replace(before, seen=seen, rows=rows, beside=beside)
    if len(concerned) > max(50, _MOST_FOLLOWED * len(before.index.holders)):
        made = assemble_holders(rows.rows(), before.documents)
        index, groups, documents = Index(made.holders, surroundings), made.groups, made.documents
    else:
        made = assemble_holders(rows.rows_of(concerned), before.documents)
        index = _index_with(before, rows, concerned, made.holders, surroundings)
        arns = {row[1] for row in rows.by_kind[GROUPS].values()}
        groups = {arn: policies for arn, policies in {**before.groups, **made.groups}.items() if arn in arns}
        documents = {**before.documents, **made.documents}
    return CachedIndex(seen, rows, surroundings, index, groups, documents, beside)


def _index_with(
    before: CachedIndex,
    rows: AccountRows,
    concerned: Collection[Owner],
    changed: Sequence[Holder],
    surroundings: Surroundings,
) -> Index:
    now = {owner_in_rows(holder): holder for holder in changed}
    places = {owner_in_rows(holder): number for number, holder in enumerate(before.index.holders)}
    order = [owner for owner in rows.order if owner in now or (owner in places and owner not in concerned)]
    is_same_order = order == list(places) and surroundings == before.surroundings
    if is_same_order and before.index.dead < _MOST_DEAD:
        return before.index.replaced({places[owner]: holder for owner, holder in now.items()})
    holders = before.index.holders
    return Index([now[owner] if owner in now else holders[places[owner]] for owner in order], surroundings)


def owner_in_rows(holder: Holder) -> Owner:
    return ROLES if holder.is_role else USERS, holder.row


def forget() -> None:
    """All of it: for who measures how long it takes to begin."""
    KEPT.forget()
