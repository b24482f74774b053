"""Which groups would give users what they have directly: those with the same policies together, in one group."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from aws_constraints.arn import name_of
from guides.groups.direct import DirectPolicies, DirectUser, GivingGroup
from policies.quotas import ATTACHED_TO_GROUP, GROUPS_OF_USER, Quotas

MOST_PROPOSED = 40  # on one page: those with the most users first
_NOT_IN_NAMES = re.compile(r"[^\w+=,.@-]+", re.ASCII)
_LONGEST_NAME = 100  # what is made up; AWS takes 128


@dataclass(frozen=True)
class GroupProposal:
    """`missing`: the tokens (guides/groups/direct.py) that all of `users` have directly, and no group of theirs gives.

    `existing`: a group that gives just these. Where nothing is missing, what they have directly only goes.
    """

    key: str
    missing: frozenset[str]
    users: Sequence[DirectUser]
    existing: GivingGroup | None

    @property
    def joins(self) -> bool:
        """Whether they have to get into a group at all."""
        return bool(self.missing)


@dataclass(frozen=True)
class StayingUser:
    """Somebody who keeps policies of their own. `why`: to follow "because"."""

    user: DirectUser
    why: str


@dataclass(frozen=True)
class GroupProposals:
    """`more`: how many are left for the next change. `staying`: what isn't proposed, and why."""

    direct: DirectPolicies
    shown: Sequence[GroupProposal]
    more: int
    staying: Sequence[StayingUser]

    @cached_property
    def by_key(self) -> Mapping[str, GroupProposal]:
        return {each.key: each for each in self.shown}

    def names(self, tokens: frozenset[str]) -> list[str]:
        """What policies are called, for the page."""
        return sorted(self._names(tokens), key=str.casefold)

    def _names(self, tokens: frozenset[str]) -> Iterator[str]:
        for token in tokens:
            text = self.direct.texts.get(token)
            yield f"{text.names[0]} (inline)" if text else self.direct.names.get(token, name_of(token))


def proposed(direct: DirectPolicies, quotas: Quotas) -> GroupProposals:
    staying: list[StayingUser] = []
    clusters: defaultdict[frozenset[str], list[DirectUser]] = defaultdict(list)
    most_groups, most_policies = quotas[GROUPS_OF_USER].value, quotas[ATTACHED_TO_GROUP].value
    for user in direct.users:
        staying += [StayingUser(user, f"of {name}: {why}") for name, why in sorted(user.kept.items())]
        if not user.tokens:
            continue
        missing = user.tokens - direct.given_to(user)
        if missing and len(user.groups) >= most_groups:
            words = f"they are in {len(user.groups)} groups, and AWS allows {most_groups}"
            staying.append(StayingUser(user, words))
        else:
            clusters[missing].append(user)
    found = []
    for missing, users in clusters.items():
        existing = _existing(direct, missing)
        if existing is None and len(missing) > most_policies:
            words = f"of {len(missing)} policies: a group takes {most_policies}"
            staying += [StayingUser(user, words) for user in users]
        else:
            found.append(GroupProposal(_key(missing), missing, users, existing))
    found.sort(key=lambda each: (-len(each.users), each.users[0].user.name_key))
    return GroupProposals(direct, found[:MOST_PROPOSED], max(0, len(found) - MOST_PROPOSED), staying)


def _existing(direct: DirectPolicies, missing: frozenset[str]) -> GivingGroup | None:
    return next((each for each in direct.groups.values() if missing and each.is_just(missing)), None)


def _key(missing: frozenset[str]) -> str:
    return hashlib.sha256(" ".join(sorted(missing)).encode()).hexdigest()[:12]


# ---- Names that nobody has -------------------------------------------------------------------------------------------
def names_of_groups(proposals: GroupProposals) -> Mapping[str, str]:
    """By the proposal's key: the existing group's, else one made of the policies that it gives."""
    taken = {each.group.name_key for each in proposals.direct.groups.values()}
    found: dict[str, str] = {}
    for each in proposals.shown:
        if each.existing:
            found[each.key] = each.existing.group.name
        elif each.joins:
            first, *others = proposals.names(each.missing)
            base = first.removesuffix(" (inline)")
            found[each.key] = free(f"{base}-and-{len(others)}-more" if others else base, taken)
    return found


def free(base: str, taken: set[str]) -> str:
    """The name, or with a number; from then on it is taken."""
    cut = _NOT_IN_NAMES.sub("-", base)[:_LONGEST_NAME] or "group"
    number, name = 1, cut
    while name.casefold() in taken:
        number += 1
        name = f"{cut}-{number}"
    taken.add(name.casefold())
    return name
