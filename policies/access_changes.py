"""What access the documents that a change writes give, and take, by themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from iamconsole.web.words import some
from policies.engine.diff.report import denial_diff, policy_diff
from policies.engine.diff.told import lines
from policies.engine.statements import Document, document_in
from policies.operations.update import UpdateParams
from sync import operations
from sync.models import Change
from sync.operations import BadParams

LEDE = "What the new text gives and takes; other policies may allow or deny it too"
_SHOWN_ACTIONS, _SHOWN_ITEMS = 12, 20
_SAYS = {
    "gained": ("Allows in addition", "warn"),
    "lost": ("Allows no longer", "danger"),
    "undecided": ("Can’t be told", ""),
}
_DENIES = {
    "lost": ("Denies in addition, whatever other policies allow", "danger"),
    "gained": ("Denies no longer", "warn"),
    "undecided": ("Can’t be told of what it denies", ""),
}


@dataclass(frozen=True)
class Item:
    actions: str
    lines: list[str]


@dataclass(frozen=True)
class Part:
    """`more`: how many items there are beside those shown."""

    title: str
    kind: str
    items: list[Item]
    more: int


@dataclass(frozen=True)
class StepAccess:
    """`parts` is empty where the step changes no access."""

    title: str
    parts: list[Part]


def access_of(change: Change) -> list[StepAccess]:
    """Step by step, those that write a document which comes into force."""
    return [StepAccess(title, _parts(document_in(old or ""), document_in(new))) for title, old, new in _texts(change)]


def changes_access(change: Change) -> bool:
    return any(True for _ in _texts(change))


def _texts(change: Change) -> Iterator[tuple[str, str | None, str]]:
    """The title of each step that puts a document in force, the text that is there and the one that it writes."""
    for step in change.steps.all():
        operation = operations.registry.get(step.kind)
        if operation is None:
            continue
        try:
            params = operation.parse(step.params)
        except BadParams:
            continue
        new = operation.writes(change.aws_account, params)
        if new is not None and not (isinstance(params, UpdateParams) and not params.make_default):
            yield operation.title(params), operation.document(change.aws_account, params, step.expects), new


def _parts(old: Document, new: Document) -> list[Part]:
    return [*_told(policy_diff(old, new), _SAYS), *_told(denial_diff(old, new), _DENIES)]


def _told(found: Mapping[str, Any], titles: Mapping[str, tuple[str, str]]) -> Iterator[Part]:
    for name, (title, kind) in titles.items():
        if listed := found[name]:
            yield Part(title, kind, _items(listed), max(0, len(listed) - _SHOWN_ITEMS))


def _items(listed: Sequence[dict[str, Any]]) -> list[Item]:
    return [Item(some(item["actions"], shown=_SHOWN_ACTIONS), lines(item)) for item in listed[:_SHOWN_ITEMS]]
