"""Role chaining: who can do something by assuming a role that can, or by assuming other roles first.

Backwards from the roles that can, breadth first: who may assume one of them, then who may assume those, and so on, in
the AWS account that is asked and in the other connected ones. Each role is asked about once in each AWS account, and of
those only who could have an answer: whom its trust policy names, or, where that leaves it to the AWS account, who has a
policy about sts:AssumeRole. The search goes on in portions of bounded work.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import islice
from threading import Lock

from access.across import AcrossSearch
from access.connected import AccountPart, ConnectedPrincipals
from access.index import Index
from access.matches import WhoCanMatch
from access.outsiders import OutsideQuestion, trust_question
from access.partial_index import Asked
from access.question import FEW
from policies.engine.combine import Decision

_TOGETHER = 200  # roles whose trust policies are looked at for whom they name
LONGEST = 4  # AWS sets no limit; each step is a session of one hour at most
ASSUME = "sts:AssumeRole"
_STEPS_OF_PRINCIPAL = 25  # of another AWS account who isn't read yet: as long as it takes to do that


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

    `targets`: roles by their number among `principals`, and whether what they may is sure. Threads may share it.
    """

    def __init__(
        self,
        principals: ConnectedPrincipals,
        targets: Mapping[int, bool],
        apart: Collection[int] = (),
        depth: int = LONGEST,
    ) -> None:
        self.asked = 0  # roles
        self.principals = principals
        self._depth = depth
        self._apart = {*targets, *apart}
        self._sure = dict(targets)
        self._found: dict[int, RoleChain] = {}
        self._queue = deque(sorted(targets, key=lambda number: (not targets[number], number)))
        self._elsewhere: deque[str] = deque()  # AWS accounts in which the first of the queue isn't asked about yet
        self._across = AcrossSearch(principals)
        self._level = 1
        self._having: dict[str, tuple[Index, set[int]]] = {}  # by AWS account; of an index, which may grow
        self._named: dict[str, set[str]] = {}  # ARNs that were looked for, by AWS account
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
                taken = self._ask(self._queue[0])
                if not self._elsewhere:
                    self._queue.popleft()
                    self.asked += 1
                steps = None if steps is None else steps - taken

    def _ask(self, role: int) -> int:
        """In one AWS account. The steps that it took. What raises, such as a database that can't be reached, counts as
        not asked."""
        if self._elsewhere:
            taken = self._ask_elsewhere(role, self._elsewhere[0])
            self._elsewhere.popleft()
            return taken
        way = self._way(role)
        if len(way) > self._level:
            self._level, self._having = len(way), {}
        question = self._question(role)
        elsewhere = self._across.accounts_of(question) if question else ()
        taken = self._ask_at_home(role)
        self._elsewhere.extend(elsewhere)
        return taken

    def _way(self, role: int) -> tuple[int, ...]:
        return self._found[role].numbers if role in self._found else (role,)

    def _question(self, role: int) -> OutsideQuestion | None:
        """None where no other AWS account is asked."""
        part, holder = self.principals.part_of(role), self.principals.holder(role)
        if not self.principals.others.account_ids:
            return None
        return trust_question(holder, self.principals.surroundings(part.account_id), ASSUME)

    def _ask_at_home(self, role: int) -> int:
        part = self.principals.part_of(role)
        before = self._read(part)
        among = self._among(part, role)
        if not among:
            return 1 + self._reading(part, before)
        index = self.principals.index(part.account_id)
        question = index.question(ASSUME, self.principals.holder(role).arn)
        for match in question.answers({number - part.first for number in among}):
            self._reach(part, match, role)
        looked = question.looked_at + (len(index.about(ASSUME.lower())) if len(among) > FEW else 1)
        return looked + self._reading(part, before)

    def _read(self, part: AccountPart) -> int:
        """How many principals of the AWS account are read by now."""
        return len(self.principals.index(part.account_id).holders)

    def _reading(self, part: AccountPart, before: int) -> int:
        """The steps that it took to read more of them."""
        return _STEPS_OF_PRINCIPAL * (self._read(part) - before)

    def _ask_elsewhere(self, role: int, account_id: str) -> int:
        question = self._question(role)
        if question is None or account_id == self.principals.part_of(role).account_id:
            return 1
        part = self.principals.part(account_id)
        before = self._read(part)
        index = self.principals.concerned(account_id, assuming_any(question.resource))
        asked = index.question(ASSUME, question.resource, {}, question.side)
        for match in asked.answers(None):
            if self._is_left(match.number + part.first):
                self._reach(part, match, role)
        return self._reading(part, before) + asked.looked_at + len(index.about(ASSUME.lower()))

    def _reach(self, part: AccountPart, match: WhoCanMatch, role: int) -> None:
        way, number = self._way(role), match.number + part.first
        is_sure = self._sure[role] and match.decision is Decision.ALLOWED
        before = self._found.get(number)
        if before is not None and (before.is_sure or not is_sure):
            return
        self._found[number] = RoleChain((number, *way), match, is_sure)
        self._sure[number] = is_sure
        if is_sure and part.account_id in self._having:
            self._having[part.account_id][1].discard(number)
        if before is None and match.holder.is_role and len(way) < self._depth:
            self._queue.append(number)

    # ---- Whom to ask in the role's own AWS account ---------------------------------------------------------------
    def _among(self, part: AccountPart, role: int) -> set[int]:
        holder, own, found = self.principals.holder(role), part.account_id, set[int]()
        for statement in holder.trust.document.about(ASSUME.lower()) if holder.trust else ():
            if not statement.allows or statement.principals is None:
                continue
            arns = statement.principals.arns
            if arns is None:
                return self._left(part, range(len(self.principals.everybody(own).holders)))
            by_arn = self._index_with(part, arns).by_arn if arns else {}
            found |= self._left(part, [by_arn[arn] for arn in arns if arn in by_arn])
            if any(each == own or each.endswith(f":{own}:root") for each in statement.principals.listed):
                found |= self._having_left(part, holder.arn)
        return found

    def _index_with(self, part: AccountPart, arns: frozenset[str]) -> Index:
        """In another AWS account those are read together whom the roles name that are asked about next."""
        named = self._named.setdefault(part.account_id, set())
        if arns <= named:
            return self.principals.index(part.account_id)
        if part is not self.principals.own:
            roles = [role for role in islice(self._queue, _TOGETHER) if self.principals.part_of(role) is part]
            arns = arns.union(*map(self._names_of, roles))
        index = self.principals.named(part.account_id, arns)
        named |= arns  # once they are read
        return index

    def _names_of(self, role: int) -> set[str]:
        trust = self.principals.holder(role).trust
        statements = trust.document.about(ASSUME.lower()) if trust else ()
        return {arn for each in statements if each.allows and each.principals for arn in each.principals.arns or ()}

    def _having_left(self, part: AccountPart, role: str) -> set[int]:
        """Who has a policy about assuming some role, of those who are left."""
        index = self.principals.concerned(part.account_id, assuming_any(role))
        known = self._having.get(part.account_id)
        if known is None or known[0] is not index:
            known = self._having[part.account_id] = index, self._left(part, index.allowed_at_all(ASSUME))
        return known[1]

    def _left(self, part: AccountPart, numbers: Collection[int]) -> set[int]:
        """`numbers`: in the index of the part."""
        return {number + part.first for number in numbers if self._is_left(number + part.first)}

    def _is_left(self, number: int) -> bool:
        """Whether there is no chain yet that is shorter, or as short and sure."""
        if number in self._apart:
            return False
        found = self._found.get(number)
        return found is None or (not found.is_sure and len(found.numbers) == self._level + 1)


def assuming_any(role: str) -> Asked:
    """Whom a question about this role may concern, or one about any other one: they are read once for all."""
    partition = role.split(":", 2)[1]
    return ASSUME, f"arn:{partition}:iam::*:role/*"


def assuming(principals: ConnectedPrincipals, actor: int, role: int) -> WhoCanMatch | None:
    """Why somebody may assume a role, both by their numbers; None: they may not."""
    part, there = principals.part_of(actor), principals.part_of(role)
    holder, among = principals.holder(role), (actor - part.first,)
    index = principals.index(part.account_id)
    if part is there:
        return index.can(among[0], ASSUME, holder.arn)
    asked = trust_question(holder, principals.surroundings(there.account_id), ASSUME)
    found = index.who_can(ASSUME, holder.arn, among=among, side=asked.side) if asked else ()
    return next(iter(found), None)


def chains_to(
    index: Index, targets: Collection[int], depth: int = LONGEST, principals: ConnectedPrincipals | None = None
) -> dict[int, list[int]]:
    """By holder, the shortest way to one of `targets`: the holder, roles, the target. Of those who are no target."""
    search = ChainSearch(principals or ConnectedPrincipals(index), dict.fromkeys(targets, True), depth=depth)
    search.go_on()
    return {chain.numbers[0]: list(chain.numbers) for chain in search.found()}
