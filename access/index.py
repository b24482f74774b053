"""An index over the principals of an AWS account, to decide a request for all of them at once.

Documents are shared: of each it is decided once what it says of an action on a resource, and that is combined for each
principal who holds it. Only statements that ask who the principal is are looked at again for each of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property

from access.holders import Holder, holders
from access.question import WhoCanMatch, WhoCanQuestion
from access.situations import is_for_guests
from access.surroundings import Surroundings, surroundings_of
from accounts.models import AwsAccount
from policies.engine.compiled import CompiledDocument, CompiledStatement
from policies.engine.conditions import Context

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
