"""Through what a principal may do something: which statements of which policies, held itself or by which groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from access.holders import Holder
from access.matches import WhoCanMatch
from policies.engine.combine import Decision
from policies.engine.evaluate import VerdictReason
from policies.engine.layers import LayerName, LayerPolicy

MOST_VERDICTS = 1500  # some 40 ms
Groups = Mapping[str, Sequence[LayerPolicy]]  # what each, by its ARN, gives its members


@dataclass(frozen=True)
class Way:
    """A policy that allows it. `groups`: the ARNs of those by which it is had; `is_own`: it is had without one, too.

    `is_of_resource`: it is the trust policy of the role that is asked about. `document` tells apart policies of one
    name.
    """

    policy: str
    statements: tuple[str, ...]
    groups: tuple[str, ...] = ()
    is_own: bool = True
    is_of_resource: bool = False
    document: int = 0


def ways_of(match: WhoCanMatch, groups: Groups) -> tuple[Way, ...]:
    """By policy, those of the resource last."""
    carriers = _carriers(match.holder, groups)
    identity, resource = [], []
    for (policy, layer), reasons in by_policy(match.because).items():
        names = tuple(dict.fromkeys(reason.named for reason in reasons))
        if layer is LayerName.RESOURCE:
            resource.append(Way(policy, names, is_of_resource=True))
        else:
            own, by = carriers.get(policy, (True, ()))
            document = next((id(each.document) for each in match.holder.policies if each.name == policy), 0)
            identity.append(Way(policy, names, by, own, document=document))
    return (*identity, *resource)


def by_policy(reasons: Iterable[VerdictReason]) -> dict[tuple[str, LayerName], list[VerdictReason]]:
    found: dict[tuple[str, LayerName], list[VerdictReason]] = defaultdict(list)
    for reason in reasons:
        found[reason.policy, reason.layer].append(reason)
    return found


def _carriers(holder: Holder, groups: Groups) -> dict[str, tuple[bool, tuple[str, ...]]]:
    """By policy, whether it is the holder's own, and its groups that have it. Own policies come first in a holder."""
    given = [(group, policy.name) for group in holder.groups for policy in groups.get(group, ())]
    own = {policy.name for policy in holder.policies[: len(holder.policies) - len(given)]}
    return {
        name: (name in own, tuple(group for group, each in given if each == name))
        for name in {policy.name for policy in holder.policies}
    }


# ---- Who gets it alike ---------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Fold:
    """Principals of one kind with the same answer in the same ways."""

    matches: Sequence[WhoCanMatch]
    ways: tuple[Way, ...]

    @property
    def first(self) -> WhoCanMatch:
        return self.matches[0]

    @property
    def is_sure(self) -> bool:
        return self.first.decision is Decision.ALLOWED


def folded(matches: Iterable[WhoCanMatch], groups: Groups) -> list[Fold]:
    """The largest first. Why is found out once for all whom nothing tells apart that decides; of those who differ in
    more than `MOST_VERDICTS` ways the rarest are left out."""
    alike: dict[Hashable, list[WhoCanMatch]] = defaultdict(list)
    for match in matches:
        alike[match.alike, match.decision, match.is_undecided, match.holder.groups].append(match)
    found: dict[Hashable, list[WhoCanMatch]] = defaultdict(list)
    ways: dict[Hashable, tuple[Way, ...]] = {}
    for same in _largest(alike.values())[:MOST_VERDICTS]:
        first = same[0]
        of_first = ways_of(first, groups)
        key = (first.holder.is_role, first.decision, first.is_undecided, of_first)
        ways[key] = of_first
        found[key] += same
    folds = (Fold(sorted(same, key=lambda match: match.number), ways[key]) for key, same in found.items())
    return sorted(folds, key=lambda fold: (-len(fold.matches), fold.first.number))


def _largest(classes: Iterable[list[WhoCanMatch]]) -> list[list[WhoCanMatch]]:
    return sorted(classes, key=lambda same: (-len(same), same[0].number))


def policies_and_groups(ways: Iterable[Way]) -> Iterator[str]:
    """What they name by ARN."""
    for way in ways:
        yield from (way.policy, *way.groups)
