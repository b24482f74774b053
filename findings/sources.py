"""The registry of sources: what finds what is wrong, each for rules of its own. Apps register theirs in `ready()`.

A source divides an AWS account into *scopes*, by names of its choice: an object each, or "" for all of it. It says of
each scope by a *stamp* what it is like now. A scope is looked at when its stamp is another one than the last time: what
is found there is written down (findings/refresh.py), and what is no longer found is mended.
"""

from __future__ import annotations

import hashlib
import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from accounts.models import AwsAccount
from findings.models import FindingSeverity
from findings.rules import Rule
from sync.texts import storable_json

ALL = ""  # the scope of a source that looks at the AWS account as a whole


@dataclass(frozen=True)
class Found:
    """`key`: what makes this evidence this one: immutable ids and what documents say, no names and no places.

    `sentence` says it without an explanation. `evidence` is kept as JSON: never personal data of a pool's people.
    """

    rule: str
    severity: FindingSeverity
    kind: str
    object_id: str
    name: str
    sentence: str
    key: Sequence[str] = ()
    evidence: Mapping[str, Any] = field(default_factory=dict)
    region: str = ""

    def __post_init__(self) -> None:
        """What it quotes from a document may have a NUL there, which no database takes: it must not end the look."""
        for name in ("object_id", "name", "sentence", "evidence"):
            object.__setattr__(self, name, storable_json(getattr(self, name)))

    @property
    def fingerprint(self) -> str:
        said = [self.rule, self.kind, self.region, self.object_id, *self.key]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


class FindingSource(ABC):
    """`title`: what pages call its rules together."""

    name: ClassVar[str]
    title: ClassVar[str]

    @property
    @abstractmethod
    def rules(self) -> Mapping[str, Rule]:
        """By their stable ids, which begin with the name of what finds them ("lint."): `findings.rules.rules_of`."""

    @abstractmethod
    def scopes(self, aws_account: AwsAccount) -> Mapping[str, str]:
        """All scopes that there are, each with its stamp, of 64 characters at most (`stamp_of`)."""

    @abstractmethod
    def look(self, aws_account: AwsAccount, scopes: Collection[str]) -> Mapping[str, Sequence[Found]]:
        """What is found in each of `scopes`. One that the answer lacks couldn't be looked at, and stays as it was.

        What it raises leaves all of `scopes` as they were; other sources go on.
        """


class ListedSource(FindingSource):
    """One whose findings are listed quickly, of all objects together. A scope is an object that has some.

    It lists them once for each time that it is asked for its scopes; `code` are the parts of the program that decide.
    """

    code: ClassVar[Sequence[str]]

    def __init__(self) -> None:
        self._kept = threading.local()

    @abstractmethod
    def found(self, aws_account: AwsAccount) -> Iterable[Found]:
        """All that there is. What of the mirror isn't read has nothing wrong that could be told."""

    def scopes(self, aws_account: AwsAccount) -> Mapping[str, str]:
        code = stamp_of_code(*self.code)
        listed = self._kept.listed = self._listed(aws_account)
        return {scope: stamp_of(code, [_said(each) for each in some]) for scope, some in listed.items()}

    def look(self, aws_account: AwsAccount, scopes: Collection[str]) -> Mapping[str, Sequence[Found]]:
        listed: Mapping[str, Sequence[Found]] | None = getattr(self._kept, "listed", None)
        if listed is None or any(scope not in listed for scope in scopes):
            listed = self._listed(aws_account)
        return {scope: listed.get(scope, ()) for scope in scopes}

    def _listed(self, aws_account: AwsAccount) -> Mapping[str, Sequence[Found]]:
        found: dict[str, list[Found]] = {}
        for each in self.found(aws_account):
            found.setdefault(f"{each.kind}:{each.region}:{each.object_id}"[:460], []).append(each)
        return found


def _said(found: Found) -> list[Any]:
    return [found.fingerprint, found.severity, found.name, found.sentence, found.evidence]


_sources: dict[str, FindingSource] = {}


def register(source: FindingSource) -> None:
    """Raises ValueError where the name, or one of the rules, is registered already."""
    if source.name in _sources:
        raise ValueError(f"The source {source.name} is registered already.")
    taken = source.rules.keys() & {rule for each in _sources.values() for rule in each.rules}
    if taken:
        raise ValueError(f"Another source has the rules {', '.join(sorted(taken))}.")
    _sources[source.name] = source


def all_sources() -> Sequence[FindingSource]:
    return tuple(_sources.values())


def all_rules() -> Mapping[str, Rule]:
    """By their ids, in the order of the sources."""
    return {rule.id: rule for source in _sources.values() for rule in source.rules.values()}


def rule_of(rule_id: str) -> Rule:
    """Of one that this version of the program hasn't any more, nothing but its id is known."""
    return all_rules().get(rule_id) or Rule(rule_id, rule_id)


# ---- Stamps --------------------------------------------------------------------------------------------------
def stamp_of(*said: Any) -> str:
    """Of what JSON can say: equal for equal, and else for none."""
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


@cache
def stamp_of_code(*parts: str) -> str:
    """Another one where the program has changed: of the files of these folders, and of these files. What a rule finds
    hangs on it, too."""
    root, digest = Path(__file__).resolve().parents[1], hashlib.sha256()
    for path in sorted(path for part in parts for path in _files_of(root / part)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _files_of(part: Path) -> Iterable[Path]:
    return part.rglob("*.py") if part.is_dir() else [part]
