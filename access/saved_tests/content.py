"""What a test says, as a version of a safeguard keeps it (sync/models/safeguards.py).

Users, roles and groups are meant by AWS's immutable ids: one that was renamed is still meant, one that was deleted and
made again under its name is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from access.simulation.directory import Directory, GroupName
from access.simulation.question import SimulationQuestion
from policies.engine.compiled import CompiledDocument, compiled

KIND = "access_test"
ALLOWED, DENIED = "allowed", "denied"
_OF_RESOURCE = "of_resource"  # as stored, where there is one


@dataclass(frozen=True)
class Meant:
    """Somebody or something: by id, as it was called when the test was written; or, without an id, by `said` alone."""

    said: str
    id: str = ""


@dataclass(frozen=True)
class TestContent:
    """`expected`: "allowed" or "denied", of all that it asks. `as_read` and `of_resource`: as a question has
    them.

    `by_name`: of a label; users, roles and groups are meant by their names, in each AWS account.
    """

    __test__ = False  # it is no test of pytest's

    principals: tuple[Meant, ...]
    actions: tuple[str, ...]
    resources: tuple[Meant, ...]
    expected: str
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    session: str = ""
    as_read: bool = False
    by_name: bool = False
    of_resource: str = ""

    @classmethod
    def of(
        cls,
        question: SimulationQuestion,
        expected: str,
        directory: Directory | None,
        known: Mapping[str, Meant] | None = None,
    ) -> Self:
        """`directory`: None where names are meant. `known`: whom the question's texts mean already, whoever is
        called so now.
        """
        known = known or {}
        return cls(
            tuple(known.get(said) or _meant(said, directory, is_arn=False) for said in question.principals),
            question.actions,
            tuple(known.get(said) or _meant(said, directory, is_arn=True) for said in question.resources),
            expected,
            dict(question.context),
            question.session,
            question.as_read,
            by_name=directory is None,
            of_resource=question.of_resource,
        )

    def question(self) -> SimulationQuestion:
        """To be asked on the page Simulate."""
        return SimulationQuestion(
            tuple(each.said for each in self.principals),
            self.actions,
            tuple(each.said for each in self.resources),
            self.context,
            self.session,
            self.as_read,
            of_resource=self.of_resource,
        )

    @property
    def known(self) -> dict[str, tuple[str, ...]]:
        return {key.lower(): values for key, values in self.context.items()}

    @property
    def session_policy(self) -> CompiledDocument | None:
        return compiled(self.session) if self.session.strip() else None

    @property
    def resource_policy(self) -> CompiledDocument | None:
        return compiled(self.of_resource) if self.of_resource.strip() else None

    def as_json(self) -> dict[str, Any]:
        return {
            "principals": _listed(self.principals),
            "actions": list(self.actions),
            "resources": _listed(self.resources),
            "expected": self.expected,
            "context": {key: list(values) for key, values in self.context.items()},
            "session": self.session,
            "as_read": self.as_read,
            "by_name": self.by_name,
            **({_OF_RESOURCE: self.of_resource} if self.of_resource else {}),
        }

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Self:
        return cls(
            tuple(Meant(**each) for each in stored["principals"]),
            tuple(stored["actions"]),
            tuple(Meant(**each) for each in stored["resources"]),
            stored["expected"],
            {key: tuple(values) for key, values in stored["context"].items()},
            stored["session"],
            stored["as_read"],
            stored.get("by_name", False),
            stored.get(_OF_RESOURCE, ""),
        )


def _listed(meant: Iterable[Meant]) -> list[dict[str, str]]:
    return [{"said": each.said, "id": each.id} for each in meant]


def _meant(said: str, directory: Directory | None, *, is_arn: bool) -> Meant:
    """`is_arn`: names alone mean nobody."""
    if directory is None:
        return Meant(said)
    if not is_arn and (known := directory.by_id(said)):
        return Meant(_name(known.arn), said)
    arn = directory.own(said) if not is_arn or said.startswith("arn:") else None
    found = directory.by_arn(arn) if arn else None
    if found is None:
        return Meant(said)
    return Meant(said if is_arn else _name(found.arn), found.unique_id)


def _name(arn: str) -> str:
    kind, _, path = arn.split(":", 5)[5].partition("/")
    return f"{kind}/{path.rpartition('/')[2]}"


def found_by(meant: Meant, directory: Directory | None) -> Any:
    """The user, role (a Holder) or group that is meant by its id; None where there is none."""
    return directory.by_id(meant.id) if meant.id and directory is not None else None


def loosens(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Unless it asks the same and more, and wants the same answer."""
    same = ("expected", "context", "session", "as_read", _OF_RESOURCE)
    if any(before.get(name) != after.get(name) for name in same):
        return True
    if bool(before["resources"]) != bool(after["resources"]):  # without any, all of them are asked about
        return True
    return any(not _within(before[name], after[name]) for name in ("principals", "actions", "resources"))


def _within(before: Sequence[Any], after: Sequence[Any]) -> bool:
    return set(map(_key, before)) <= set(map(_key, after))


def _key(each: Any) -> str:
    """Of somebody with an id, whatever they are called."""
    return str(each["id"] or each["said"]) if isinstance(each, dict) else str(each)


__all__ = ["ALLOWED", "DENIED", "KIND", "GroupName", "Meant", "TestContent", "found_by", "loosens"]
