"""Role chaining: who can do something by assuming a role that can, or by assuming other roles first.

Backwards from the roles that can, breadth first: who may assume one of them, then who may assume those, and so on. Each
role is asked about once, and of those only who could have an answer: whom its trust policy names, or, where that
leaves it to the AWS account, who has a policy about sts:AssumeRole. The search goes on in portions of bounded work.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from threading import Lock

from access.index import Index
from access.matches import WhoCanMatch
from access.question import FEW
from policies.engine.combine import Decision

LONGEST = 4  # AWS sets no limit; each step is a session of one hour at most
ASSUME = "sts:AssumeRole"


@dataclass(frozen=True)
class RoleChain:
    """`numbers`: of holders: who begins, the roles that they assume one after the other. `first`: why they may assume
    the first of these. `is_sure`: nothing on the way is unknown, nor what the last role may."""

    numbers: tuple[int, ...]
    first: WhoCanMatch
    is_sure: bool

    @property
    def order(self) -> tuple[int, tuple[int, ...]]:
        """The shortest first."""
        return len(self.numbers), self.numbers


class ChainSearch:
    """Of each principal that isn't among `apart`, the shortest chain to a target; of equally long ones a sure one.

    `targets`: roles by their number, and whether what they may is sure. Threads may share it.
    """

    def __init__(
        self, index: Index, targets: Mapping[int, bool], apart: Collection[int] = (), depth: int = LONGEST
    ) -> None:
        self.asked = 0  # roles
        self._index, self._depth = index, depth
        self._apart = {*targets, *apart}
        self._sure = dict(targets)
        self._found: dict[int, RoleChain] = {}
        self._queue = deque(sorted(targets, key=lambda number: (not targets[number], number)))
        self._documents = len(index.about(ASSUME.lower()))
        self._own = index.surroundings.account_id
        self._level = 1
        self._having: set[int] | None = None
        self._lock = Lock()

    @property
    def waiting(self) -> int:
        """Roles that are still to be asked about: those that are known by now to lead on."""
        return len(self._queue)

    def found(self) -> list[RoleChain]:
        """The shortest first."""
        with self._lock:
            return sorted(self._found.values(), key=lambda chain: chain.order)

    def go_on(self, steps: int | None = None) -> None:
        """A step is what one document says of one role, or one principal's answer; some 5 µs. None: to the end."""
        with self._lock:
            while self._queue and (steps is None or steps > 0):
                role = self._queue.popleft()
                taken = self._ask(role)
                self.asked += 1
                steps = None if steps is None else steps - taken

    def _ask(self, role: int) -> int:
        """The steps that it took."""
        way = self._found[role].numbers if role in self._found else (role,)
        if len(way) > self._level:
            self._level, self._having = len(way), None
        among = self._among(role)
        if not among:
            return 1
        question = self._index.question(ASSUME, self._index.holders[role].arn)
        for match in question.answers(among):
            self._reach(match, way, self._sure[role])
        return question.looked_at + (self._documents if len(among) > FEW else 1)

    def _reach(self, match: WhoCanMatch, way: tuple[int, ...], sure_from_there: bool) -> None:
        is_sure = sure_from_there and match.decision is Decision.ALLOWED
        before = self._found.get(match.number)
        if before is not None and (before.is_sure or not is_sure):
            return
        self._found[match.number] = RoleChain((match.number, *way), match, is_sure)
        self._sure[match.number] = is_sure
        if is_sure and self._having is not None:
            self._having.discard(match.number)
        if before is None and match.holder.is_role and len(way) < self._depth:
            self._queue.append(match.number)

    # ---- Whom to ask -----------------------------------------------------------------------------------------
    def _among(self, role: int) -> set[int]:
        trust = self._index.holders[role].trust
        found: set[int] = set()
        for statement in trust.document.about(ASSUME.lower()) if trust else ():
            if not statement.allows or statement.principals is None:
                continue
            arns = statement.principals.arns
            if arns is None:
                return self._left(range(len(self._index.holders)))
            found |= self._left([self._index.by_arn[arn] for arn in arns if arn in self._index.by_arn])
            if any(each == self._own or each.endswith(f":{self._own}:root") for each in statement.principals.listed):
                found |= self._having_left()
        return found

    def _having_left(self) -> set[int]:
        """Who has a policy about assuming some role, of those who are left."""
        if self._having is None:
            self._having = self._left(self._index.allowed_at_all(ASSUME))
        return self._having

    def _left(self, numbers: Collection[int]) -> set[int]:
        return {number for number in numbers if number not in self._apart and self._is_open(number)}

    def _is_open(self, number: int) -> bool:
        """Whether there is no chain yet that is shorter, or as short and sure."""
        found = self._found.get(number)
        return found is None or (not found.is_sure and len(found.numbers) == self._level + 1)


def chains_to(index: Index, targets: Collection[int], depth: int = LONGEST) -> dict[int, list[int]]:
    """By holder, the shortest way to one of `targets`: the holder, roles, the target. Of those who are no target."""
    search = ChainSearch(index, dict.fromkeys(targets, True), depth=depth)
    search.go_on()
    return {chain.numbers[0]: list(chain.numbers) for chain in search.found()}
