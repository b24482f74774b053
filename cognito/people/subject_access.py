"""Subject access (GDPR, Article 15): all that this console stores of one person.

What AWS holds is more, and not told here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts import audit
from accounts.models import AuditEntry, learn_texts
from cognito.models import CognitoUser
from cognito.people.changes import steps_about
from cognito.people.display_names import status_words
from cognito.people.erasure import PERSONAL, identifying, searches_for
from cognito.people.person_record import people_settings_of
from iamconsole.web.words import full_time
from sync import operations
from sync.calls import revealed
from sync.changes import free_texts
from sync.models import Step
from sync.operations import BadParams
from sync.sealed import NotKept

_LOST = "encrypted by a key that is no longer there"


@dataclass(frozen=True)
class Section:
    """`rows`: of each what it says, in the order of `columns`."""

    name: str  # in files
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]

    def as_objects(self) -> list[dict[str, Any]]:
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    @property
    def heads(self) -> list[str]:
        return [column.replace("_", " ").capitalize() for column in self.columns]

    @property
    def cells(self) -> list[list[tuple[str, str]]]:
        """For a page: of each row the head and the words of each value."""
        return [list(zip(self.heads, map(_said, row), strict=True)) for row in self.rows]


def _said(value: Any) -> str:
    if isinstance(value, datetime):
        return full_time(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def stored_data_of(person: CognitoUser) -> list[Section]:
    steps = steps_about(person)
    return [
        Section("person", "The person", ("what", "value"), list(_row(person))),
        Section("attributes", "Attributes", ("name", "value"), sorted(person.attributes.items())),
        Section("groups", "Groups", ("group", "read", "left"), _groups(person)),
        Section(
            "changes",
            "Steps of changes about this person",
            ("change", "step", "does", "state", "asked_by", "at", "title", "reason"),
            [_step(step) for step in steps],
        ),
        Section("values", "Values in the plans of these steps", ("change", "step", "name", "value"), _values(steps)),
        Section("texts", "Texts that name this person", ("change", "kind", "text"), _texts(person)),
        Section(
            "searches",
            "Saved searches that find only this person",
            ("kept_by", "name", "query"),
            [(str(search.operator), search.name, search.query) for search in searches_for([person])],
        ),
        Section("looks", "Who looked at this person, and what was done", ("at", "who", "did"), _entries(person)),
    ]


def _row(person: CognitoUser) -> Iterator[tuple[str, Any]]:
    yield "Subject", person.aws_id
    yield "User pool", f"{person.pool.name} ({person.pool.aws_id}, {person.pool.region})"
    yield "Username", person.name
    yield "Status", status_words(person) if person.status else ""
    yield "Enabled", person.enabled
    yield "Created", person.created_at
    yield "Changed", person.changed_at
    yield "First seen", person.first_seen
    yield "Read", person.read_at
    yield "Deleted in AWS", person.gone_at
    yield "Erased", person.erased_at
    yield "Days stored after deletion in AWS", people_settings_of(person.pool).erase_after_days


def _groups(person: CognitoUser) -> list[Sequence[Any]]:
    held = person.memberships.select_related("group").order_by("group__name_key")
    return [(each.group.name, each.read_at, each.gone_at) for each in held]


def _step(step: Step) -> Sequence[Any]:
    change = step.change
    at = step.finished_at or change.created_at
    return (
        change.pk,
        step.position,
        _does(step),
        step.get_state_display(),
        str(change.requested_by),
        at,
        change.title,
        change.reason,
    )


def _does(step: Step) -> str:
    operation = operations.registry.get(step.kind)
    try:
        return operation.title(operation.parse(step.params)) if operation else step.kind
    except BadParams:
        return step.kind


def _values(steps: Sequence[Step]) -> list[Sequence[Any]]:
    """Decrypted: of a change of an address the old one, too."""
    return [
        (step.change_id, step.position, f"{when}{name}", value)
        for step in steps
        for when, said in (("", step.params), ("before: ", step.before))
        for name, value in _opened(said)
    ]


def _opened(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in PERSONAL:
        value = said.get(name)
        described = value.items() if isinstance(value, Mapping) else [(name, value)]
        for inner, blob in described:
            if blob and isinstance(blob, str):
                yield inner, _text(blob)


def _text(blob: str) -> str:
    try:
        return revealed(blob).open()
    except NotKept:
        return _LOST


def _texts(person: CognitoUser) -> list[Sequence[Any]]:
    names = free_texts.names_one_of(identifying(person))
    return list(free_texts.texts_naming(person.aws_account, names))


def _entries(person: CognitoUser) -> list[Sequence[Any]]:
    entries = AuditEntry.objects.filter(object_kind=person.kind, object_id=person.aws_id).select_related("aws_account")
    found = list(entries)
    learn_texts(found)
    return [(entry.at, entry.actor_name, audit.sentence(entry)) for entry in found]
