"""The ways of a search, as the steps of paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from access.escalation.techniques import Gains, Technique
from access.holders import Holder
from access.question import Found
from policies.engine.combine import Decision


@dataclass(frozen=True)
class Permission:
    action: str
    resource: str
    decision: Decision
    found: Found

    @property
    def hangs_on(self) -> tuple[str, ...]:
        return self.found.hangs_on


@dataclass(frozen=True)
class Edge:
    """A technique that `source` has on `target`: both by number; `group` is the ARN of one that it joins."""

    technique: Technique
    source: int
    target: int
    permissions: tuple[Permission, ...]
    group: str = ""


@dataclass(frozen=True)
class Step:
    """`supposes`: what has to be so and isn't known: context keys, and things that the mirror doesn't have."""

    principal: str
    technique: Technique
    target: str
    permissions: tuple[Permission, ...]
    supposes: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "principal": self.principal,
            "technique": self.technique.name,
            "does": self.technique.does,
            "target": self.target,
            "permissions": [{"action": each.action, "resource": each.resource} for each in self.permissions],
            "supposes": list(self.supposes),
        }


@dataclass(frozen=True)
class Path:
    """From who isn't one to an administrator; to itself where it becomes one."""

    steps: tuple[Step, ...]

    @property
    def source(self) -> str:
        return self.steps[0].principal

    @property
    def target(self) -> str:
        last = self.steps[-1]
        return last.principal if last.technique.gains in _OF_ITSELF else last.target

    @property
    def technique(self) -> str:
        return self.steps[0].technique.name

    def as_json(self) -> dict[str, Any]:
        steps = [step.as_json() for step in self.steps]
        return {"from": self.source, "to": self.target, "technique": self.technique, "steps": steps}


_OF_ITSELF = (Gains.ANY_POLICY, Gains.OLD_POLICY, Gains.NO_BOUNDARY, Gains.GROUP)


def paths(edges: Mapping[int, Sequence[Edge]], holders: Sequence[Holder], real: int) -> Iterator[Path]:
    """One for each principal (the first `real` holders) and each technique that begins a shortest way."""
    for number in sorted(edges):
        if number < real:
            for edge in edges[number]:
                yield Path(tuple(_steps(edge, edges, holders)))


def _steps(edge: Edge, edges: Mapping[int, Sequence[Edge]], holders: Sequence[Holder]) -> Iterator[Step]:
    while True:
        keys = {key for permission in edge.permissions for key in permission.hangs_on}
        supposes = ([edge.technique.supposes] if edge.technique.supposes else []) + sorted(keys)
        target = edge.group or holders[edge.target].arn
        yield Step(holders[edge.source].arn, edge.technique, target, edge.permissions, tuple(supposes))
        following = edges.get(edge.target)
        if following is None or edge.target == edge.source or edge.technique.gains is Gains.TARGET_WITH_ANY_POLICY:
            return
        edge = following[0]
