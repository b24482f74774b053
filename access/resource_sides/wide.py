"""A pattern that stands for several resources: which of those that are held it means, and what isn't known of others.

Each resource decides of its own part of the pattern; of what is outside all of them policies of principals alone say
something.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from access.resource_sides.places import below_of
from access.resource_sides.values import ResourceSide
from iamconsole.web.words import counted, some
from policies.engine.matching import Glob, resource_glob, tokens
from policies.engine.somewhere import may_take

MOST = 300  # resources of a pattern
_PARTS = 6
_EVERYTHING = "*"


@dataclass(frozen=True)
class PlaceHeld:
    """An ARN on which the policies of a resource stand, with what is below it. `side`: what they say of an action on
    a part of that; None where it isn't known."""

    arn: str
    kind: str
    side: Callable[[str, str], ResourceSide | None]

    def parts_of(self, pattern: str) -> list[str]:
        return [part for below in below_of(self.kind, self.arn) for part in parts_on(pattern, self.arn, below)]

    def has(self, resource: str) -> bool:
        """Of an ARN."""
        if resource == self.arn:
            return "" in below_of(self.kind, self.arn)
        return any(resource.startswith(f"{self.arn}{below[:-1]}") for below in below_of(self.kind, self.arn) if below)


@dataclass(frozen=True)
class WideResources:
    """`held`: at most `MOST`. `gaps`: sentences of what isn't read that the pattern may mean. `is_own`: it means
    resources of the AWS account that is asked only."""

    pattern: str
    held: Sequence[PlaceHeld]
    gaps: Sequence[str] = ()
    is_own: bool = False
    left_out: int = 0
    _sides: dict[tuple[str, str], ResourceSide | None] = field(default_factory=dict, compare=False, repr=False)

    @property
    def is_complete(self) -> bool:
        """Whether all that there is and that it means is held."""
        return self.is_own and not self.gaps and not self.left_out

    def parts(self, action: str) -> Iterator[tuple[str, ResourceSide]]:
        """What of the pattern is in each resource that is held, and what that says of the action."""
        for place in self.held:
            for part in place.parts_of(self.pattern):
                if not may_take(action, part, self.pattern):
                    continue
                key = (action.lower(), part)
                if key not in self._sides:
                    self._sides[key] = place.side(action, part)
                side = self._sides[key]
                if side is not None:
                    yield part, side

    @cached_property
    def action_patterns(self) -> frozenset[str]:
        """All that the policies of these resources have, in lower case."""
        sides = (place.side("", part) for place in self.held for part in place.parts_of(self.pattern)[:1])
        return frozenset[str]().union(*(side.action_patterns for side in sides if side))

    def is_held(self, resource: str) -> bool:
        """Whether a resource that is held has it."""
        return any(place.has(resource) for place in self.held)

    def near(self, patterns: Iterable[str], most: int) -> list[str] | None:
        """Of the ARNs that are held those that a pattern means which doesn't mean all of this one; None: too many."""
        globs = [
            resource_glob(tuple(tokens(each))) for each in set(patterns) if each not in (_EVERYTHING, self.pattern)
        ]
        found = [
            place.arn
            for place in self.held
            if any(glob.matches(place.arn) or glob.matches(f"{place.arn}/x") for glob in globs)
        ]
        return found if len(found) <= most else None

    @property
    def sentences(self) -> list[str]:
        """What was counted, and what isn't known."""
        said = [f"The policies of {counted(len(self.held), 'resource')} that are read count here."] if self.held else []
        if self.left_out:
            said.append(f"{counted(self.left_out, 'more resource')} that it means aren’t looked at: ask about fewer.")
        said += self.gaps[:5]
        if len(self.gaps) > 5:
            said.append(f"{counted(len(self.gaps) - 5, 'more kind')} of resources aren’t read.")
        if not self.is_own:
            said.append("Of resources in AWS accounts that aren’t read here, or that you can’t see, nothing is known.")
        return said

    @property
    def why_not(self) -> str:
        """Why not all of it is known, in a sentence; "" where it is."""
        if self.is_complete:
            return ""
        return some(self.gaps, shown=1) if self.gaps else self.sentences[-1]


# ---- Which part of a pattern lies in a resource --------------------------------------------------------------
def is_readable(pattern: str) -> bool:
    return pattern == _EVERYTHING or len(pattern.split(":", 5)) == _PARTS


def parts_on(pattern: str, arn: str, below: str) -> list[str]:
    """What of the pattern is `arn` itself (`below` ""), or what begins with `arn` and `below`, as patterns.

    `pattern`: * or one in six parts.
    """
    if not below:
        return [arn] if resource_glob(tuple(tokens(pattern))).matches(arn) else []
    prefix = f"{arn}{below[:-1]}"
    if pattern == _EVERYTHING:
        return [f"{prefix}*"]
    asked, held = pattern.split(":", 5), prefix.split(":", 5)
    if not all(Glob(tokens(one)).matches(other) for one, other in zip(asked[:5], held[:5], strict=True)):
        return []
    return [f"{prefix}{rest}" for rest in _rests(asked[5], held[5])]


def _rests(pattern: str, text: str) -> list[str]:
    """What a pattern leaves of what begins with the text, each as a pattern; the widest alone where it has all."""
    at = _with_empty({0}, pattern)
    for character in text:
        step = {i for i in at if i < len(pattern) and pattern[i] == "*"}
        step |= {i + 1 for i in at if i < len(pattern) and pattern[i] in ("?", character)}
        at = _with_empty(step, pattern)
    rests = sorted({pattern[i:] for i in at if pattern[i:]})
    return ["*"] if "*" in rests else rests


def _with_empty(positions: set[int], pattern: str) -> set[int]:
    """With those that a star reaches by standing for nothing."""
    found = set(positions)
    for position in positions:
        after = position
        while after < len(pattern) and pattern[after] == "*":
            after += 1
            found.add(after)
    return found
