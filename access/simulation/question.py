"""A question of Simulate as a value: what stands in its address, in a saved question, and in a form.

It is written as pairs of names and texts, so that one reading serves all three.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Self
from urllib.parse import parse_qsl, urlencode

from policies.engine.catalogue import spelled
from policies.engine.compiled import CompiledDocument, compiled
from policies.engine.conditions import Context

MOST_LINES = 200  # of one field
MOST_ANSWERS = 2_000  # on a page
MOST_IN_FILE = 20_000
MOST_KEYS = 50
LONGEST_LINE = 2_048
LONGEST_DOCUMENT = 131_072  # characters with spaces: AWS takes 6,144 of a managed policy at most, without
LONGEST_ADDRESS = 4_000  # longer questions are saved, and have an id in their place

Pairs = list[tuple[str, str]]


class AsIf(StrEnum):
    """What the answers suppose."""

    LIVE = "live"
    CHANGE = "change"
    DRAFT = "draft"  # of the operator who asks, as it is kept on the server
    MANAGED = "managed"
    INLINE = "inline"
    TRUST = "trust"


DOCUMENTS = (AsIf.MANAGED, AsIf.INLINE, AsIf.TRUST)


@dataclass(frozen=True)
class Supposition:
    """`of`: the number of the change or of the draft, or whose document it is: an ARN or a name. `name`: of an inline
    policy.
    """

    kind: AsIf = AsIf.LIVE
    of: str = ""
    name: str = ""
    document: str = ""

    @property
    def is_live(self) -> bool:
        return self.kind is AsIf.LIVE


@dataclass(frozen=True)
class SimulationQuestion:
    """Principals, actions and resources as somebody typed them. `context`: values by key, as AWS spells it; an empty
    tuple for a key that isn't in the request. `session`: the text of the session policy, "" for none. `of_resource`:
    the text of the policy that each resource has, "" where it isn't said.

    `as_read`: what the console hasn't read is supposed neither to allow nor to deny.
    """

    principals: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    session: str = ""
    as_read: bool = False
    supposed: Supposition = field(default_factory=Supposition)
    of_resource: str = ""

    @property
    def is_complete(self) -> bool:
        return bool(self.principals and self.actions)

    @property
    def known(self) -> Context:
        """As the engine takes it: keys in lower case."""
        return {key.lower(): values for key, values in self.context.items()}

    @property
    def session_policy(self) -> CompiledDocument | None:
        return compiled(self.session) if self.session.strip() else None

    @property
    def resource_policy(self) -> CompiledDocument | None:
        return compiled(self.of_resource) if self.of_resource.strip() else None

    def pairs(self) -> Pairs:
        return list(self._pairs())

    def _pairs(self) -> Iterator[tuple[str, str]]:
        yield from (("principal", each) for each in self.principals)
        yield from (("action", each) for each in self.actions)
        yield from (("resource", each) for each in self.resources)
        for key, values in self.context.items():
            yield from (("context", f"{key}={value}") for value in values)
            if not values:
                yield "without", key
        if self.session:
            yield "session", self.session
        if self.of_resource:
            yield "resource_policy", self.of_resource
        if self.as_read:
            yield "unread", "says-nothing"
        if not self.supposed.is_live:
            yield "as_if", self.supposed.kind
            said = (("of", self.supposed.of), ("name", self.supposed.name), ("document", self.supposed.document))
            yield from ((name, value) for name, value in said if value)

    def query(self) -> str:
        return urlencode(self.pairs())

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.query().encode()).hexdigest()

    @classmethod
    def read(cls, pairs: Iterable[tuple[str, str]]) -> Self:
        """Takes any pairs; those that are no part of a question are left out, and of several texts the last counts."""
        lines: dict[str, list[str]] = {"principal": [], "action": [], "resource": [], "context": [], "without": []}
        texts: dict[str, str] = {}
        for name, value in pairs:
            if name in lines:
                lines[name].append(value)
            else:
                texts[name] = value
        context: dict[str, tuple[str, ...]] = {}
        for each in lines["context"]:
            key, equals, value = each.partition("=")
            if key.strip() and equals:
                key = spelled(key.strip())
                context[key] = (*context.get(key, ()), value.strip())
        context |= {spelled(key.strip()): () for key in lines["without"] if key.strip()}
        kind = texts.get("as_if", "")
        return cls(
            _lines(lines["principal"]),
            _lines(lines["action"]),
            _lines(lines["resource"]),
            context,
            texts.get("session", "").replace("\r\n", "\n").strip(),
            texts.get("unread") == "says-nothing",
            Supposition(
                AsIf(kind) if kind in list(AsIf) else AsIf.LIVE,
                texts.get("of", "").strip(),
                texts.get("name", "").strip(),
                texts.get("document", "").replace("\r\n", "\n").strip(),
            ),
            texts.get("resource_policy", "").replace("\r\n", "\n").strip(),
        )

    @classmethod
    def read_query(cls, query: str) -> Self:
        return cls.read(parse_qsl(query, keep_blank_values=True))

    def without_supposition(self) -> Self:
        return replace(self, supposed=Supposition())


def _lines(texts: Iterable[str]) -> tuple[str, ...]:
    """Each once, in their order."""
    return tuple(dict.fromkeys(line.strip() for text in texts for line in text.splitlines() if line.strip()))
