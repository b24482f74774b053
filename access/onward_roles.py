"""Forwards from users or roles: which roles they may assume, in their own AWS accounts and in the other connected ones.

Whom a trust policy names is kept row by row (`identities.TrustedPrincipal`): so only roles are looked at that name the
actor, its AWS account, or everybody; and each is decided with both sides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from access.descriptions import describe_condition
from access.holders import Holder, documents_of, holders_of_roles
from access.index import Index
from access.matches import WhoCanMatch
from access.resource_sides.values import ResourceSide, SaidByResource
from access.role_chains import ASSUME, LONGEST
from access.surroundings import Surroundings, surroundings_of
from accounts.models import AwsAccount
from aws_constraints.arn import account_in, name_of
from identities.models import TrustedPrincipal
from policies.engine.combine import Decision
from policies.engine.layers import LayerPolicy

MOST_CANDIDATES = 2_000  # roles that are looked at from one step
MOST_ROLES = 300  # that are found in all
_EVERYBODY = "*"


@dataclass(frozen=True, eq=False)
class ReachedRole:
    """`before`: the role or user by whom it is assumed, because of `match`; None for those that a search begins with,
    which may be users, too."""

    aws_account: AwsAccount
    holder: Holder
    before: ReachedRole | None = None
    match: WhoCanMatch | None = None

    @property
    def steps(self) -> Sequence[ReachedRole]:
        """The way to it, itself at the end."""
        return (*(self.before.steps if self.before else ()), self)

    @property
    def is_sure(self) -> bool:
        return all(step.match is None or step.match.decision is Decision.ALLOWED for step in self.steps)

    @property
    def condition(self) -> str:
        """In words; "" where there is none."""
        matches = (step.match for step in self.steps)
        return "; ".join(dict.fromkeys(filter(None, (describe_condition(each) for each in matches if each))))


@dataclass
class OnwardSearch:
    """Breadth first, so each role by the shortest way. `most_steps`: so many roles are assumed one after the other.
    `is_cut`: there were too many to look at all of them.
    """

    begin: Sequence[ReachedRole]
    around: Callable[[str], Surroundings] = surroundings_of
    most_steps: int = LONGEST - 1
    is_cut: bool = False
    _accounts: dict[int, AwsAccount] = field(default_factory=dict)

    def found(self) -> list[ReachedRole]:
        """Without those it begins with."""
        known = {role.holder.row for role in self.begin if role.holder.is_role}
        found: list[ReachedRole] = []
        level = list(self.begin)
        for _ in range(self.most_steps):
            reached = self._next(level, known) if level else {}
            holders = holders_of_roles(list(reached))
            level = [
                ReachedRole(account, holders[pk], before, match)
                for pk, (account, before, match) in reached.items()
                if pk in holders
            ]
            known |= set(reached)
            found += level
            if len(found) >= MOST_ROLES:
                self.is_cut = True
                return found[:MOST_ROLES]
        return found

    def _next(
        self, level: Sequence[ReachedRole], known: Collection[int]
    ) -> dict[int, tuple[AwsAccount, ReachedRole, WhoCanMatch]]:
        """By pk, what is assumed from one of these: surely, before perhaps."""
        trusting = self._trusting(level, known)
        best: dict[int, tuple[AwsAccount, ReachedRole, WhoCanMatch]] = {}
        for actor in level:
            index = Index([actor.holder], self.around(actor.aws_account.account_id))
            for candidate in self._candidates(actor, trusting):
                kept = best.get(candidate.row)
                if kept is not None and kept[1].is_sure and kept[2].decision is Decision.ALLOWED:
                    continue
                match = next(iter(index.question(ASSUME, candidate.arn, {}, self._side(candidate)).answers(None)), None)
                sure = match is not None and match.decision is Decision.ALLOWED and actor.is_sure
                if match is not None and (kept is None or sure):
                    best[candidate.row] = (self._accounts[candidate.account], actor, match)
        return best

    def _candidates(self, actor: ReachedRole, trusting: Mapping[str, Sequence[_Candidate]]) -> Iterator[_Candidate]:
        """Where the trust leaves it to the AWS account, the actor needs a policy of its own."""
        has_policy = any(
            statement.allows for policy in actor.holder.policies for statement in policy.document.about(ASSUME.lower())
        )
        names = [actor.holder.arn, _sessions(actor), _EVERYBODY, *(_account_names(actor) if has_policy else ())]
        seen: set[int] = set()
        for name in names:
            for candidate in trusting.get(name, ()):
                if candidate.row not in seen:
                    seen.add(candidate.row)
                    yield candidate

    def _trusting(self, level: Sequence[ReachedRole], known: Collection[int]) -> dict[str, list[_Candidate]]:
        """By how they name whom they trust."""
        named = Q(
            value__in={_EVERYBODY, *(name for role in level for name in (role.holder.arn, *_account_names(role)))}
        )
        for role in level:
            named |= Q(value__startswith=f"{_sessions(role)}/")
        partition = level[0].aws_account.partition
        rows = TrustedPrincipal.objects.filter(named, role__gone_at=None, role__aws_account__partition=partition)
        columns = ("value", "role_id", "role__aws_account_id", "role__arn", "role__trust__text_hash")
        read = list(rows.order_by("role_id").values_list(*columns)[: MOST_CANDIDATES + 1])
        self.is_cut = self.is_cut or len(read) > MOST_CANDIDATES
        due = [row for row in read[:MOST_CANDIDATES] if row[1] not in known and row[4]]
        documents = documents_of({row[4] for row in due})
        wanted = {row[2] for row in due} - self._accounts.keys()
        self._accounts |= AwsAccount.objects.in_bulk(list(wanted))
        found: defaultdict[str, list[_Candidate]] = defaultdict(list)
        for value, pk, account, arn, text_hash in due:
            trust = LayerPolicy(f"trust policy of {arn}", documents[text_hash])
            name = value.rpartition("/")[0] if ":assumed-role/" in value else value
            found[name].append(_Candidate(pk, account, arn, trust))
        return found

    def _side(self, candidate: _Candidate) -> ResourceSide:
        account_id = self._accounts[candidate.account].account_id
        said = SaidByResource(candidate.trust)
        return ResourceSide(account_id, self.around(account_id), said, said)


@dataclass(frozen=True)
class _Candidate:
    row: int
    account: int
    arn: str
    trust: LayerPolicy


def _account_names(role: ReachedRole) -> tuple[str, ...]:
    """How a trust policy names all of its AWS account."""
    account = role.aws_account
    return account.account_id, f"arn:{account.partition}:iam::{account.account_id}:root"


def _sessions(role: ReachedRole) -> str:
    """How the ARNs of its sessions begin, of which a trust policy may name one."""
    account = role.aws_account
    return f"arn:{account.partition}:sts::{account.account_id}:assumed-role/{name_of(role.holder.arn)}"


def accounts_not_told(holder: Holder, is_told: Callable[[str], bool]) -> list[str]:
    """The ids of other AWS accounts of which its policies let it assume roles, and of which nothing may be told."""
    statements = (each for policy in holder.policies for each in policy.document.about(ASSUME.lower()))
    named = {account_in(pattern) for each in statements if each.allows for pattern in each.resources.patterns}
    return sorted(each for each in named if each.isdigit() and each != holder.caller.account and not is_told(each))
