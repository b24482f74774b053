"""Exports what there is, and imports a file: as one transaction, by the services that pages use.

So an import can do nothing that its operator couldn't do on pages, one after the other; what takes a second person
there takes one here. Only owners of all AWS accounts export and import.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit
from accounts.models import Operator
from accounts.services.operators import require_owner_of_all
from accounts.services.owners import keeping_an_owner
from configuration import files
from configuration.differences import Difference, DifferenceKind, differences
from configuration.files import ReadFile, State
from configuration.models import ConfigurationSnapshot, ConfigurationUpload
from configuration.sections import SECTIONS
from configuration.sections.section import EntryRefused
from configuration.shapes import BadFile, LineProblem
from iamconsole.outgoing.addresses import OutgoingRefused
from notifications.services import NotificationsRefused
from sync.safeguards.services import SafeguardError

MOST_AT_ONCE = 1_000  # differences: all of them are one transaction, which others wait for
_REFUSALS = (EntryRefused, SafeguardError, ValidationError, PermissionDenied, NotificationsRefused, OutgoingRefused)
_DOES = {DifferenceKind.ADDED, DifferenceKind.CHANGED, DifferenceKind.REMOVED}
HEADING = (
    "The configuration of IAM Console: docs/configuration-file.md.",
    "Change it and import it; export it again before the next change.",
)
UNKNOWN_BASE = (
    "The file began from an export that this console doesn’t know (any more): export again, and make your changes "
    "there."
)
TOO_MANY = f"The file makes {{number:,}} differences: {MOST_AT_ONCE:,} at most. Import a part of them first."
TWICE = "There are two {many} called “{words}”: give one of them another name first, then a file can tell them apart."

audit.register(
    {
        "configuration.exported": "exported the configuration as a file",
        "configuration.imported": "imported a configuration file: {added} added, {changed} changed, {removed} removed",
    }
)


class ImportRefused(Exception):
    """Nothing was imported. `problems`: why, by lines of the file."""

    def __init__(self, *problems: LineProblem) -> None:
        super().__init__(" ".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True)
class ImportPlan:
    """What an import would do. `state`: the digest of what there is now, by which a later look knows it again."""

    differences: list[Difference]
    state: str
    is_based: bool  # the file says which export it began from
    is_stale: bool  # something changed in the console since that

    @property
    def does(self) -> list[Difference]:
        return [each for each in self.differences if each.kind in _DOES]

    @property
    def conflicts(self) -> list[Difference]:
        return [each for each in self.differences if each.kind is DifferenceKind.CONFLICT]

    @property
    def too_many(self) -> LineProblem | None:
        if len(self.does) <= MOST_AT_ONCE:
            return None
        return LineProblem(0, TOO_MANY.format(number=len(self.does)))


@dataclass
class ImportResult:
    """How many of each kind, and what is to be told besides."""

    numbers: dict[str, int]
    remarks: list[str] = field(default_factory=list)


# ---- Export ----------------------------------------------------------------------------------------------------------
def state_now() -> State:
    """Raises BadFile where two of a kind have one name."""
    state: State = {}
    for section in SECTIONS:
        there = state[section.name] = {}
        for value in map(section.normal, section.now()):
            key = section.key_of(value)
            if key in there:
                raise BadFile(LineProblem(0, TWICE.format(many=section.many, words=section.words(value))))
            there[key] = value
    return state


@transaction.atomic
def export(*, actor: Operator | None, request: HttpRequest | None = None) -> str:
    """The file. `actor` is None on the command line. Raises PermissionDenied, BadFile."""
    if actor is not None:
        require_owner_of_all(actor)
    state = state_now()
    digest = files.digest_of(state)
    ConfigurationSnapshot.objects.update_or_create(
        digest=digest, defaults={"entries": files.stored(state), "exported_at": timezone.now()}
    )
    audit.record("configuration.exported", actor=actor, data={"digest": digest}, request=request)
    return files.written(state, digest, HEADING)


# ---- Import ----------------------------------------------------------------------------------------------------------
@transaction.atomic
def upload(*, actor: Operator, raw: bytes) -> ConfigurationUpload:
    """Keeps a file that can be read. Raises PermissionDenied, BadFile."""
    require_owner_of_all(actor)
    files.read(raw)
    return ConfigurationUpload.objects.create(operator=actor, file=raw, digest=hashlib.sha256(raw).hexdigest())


def plan(file: ReadFile) -> ImportPlan:
    """Raises BadFile where the file began from an export that isn't known."""
    now = state_now()
    digest = files.digest_of(now)
    base = _base(file)
    is_stale = bool(file.based_on) and file.based_on != digest
    return ImportPlan(differences(base, now, file), digest, bool(file.based_on), is_stale)


def _base(file: ReadFile) -> State | None:
    if not file.based_on:
        return None
    kept = ConfigurationSnapshot.objects.filter(digest=file.based_on).first()
    if kept is None:
        raise BadFile(LineProblem(0, UNKNOWN_BASE))
    return files.restored(kept.entries)


def carry_out(
    *, actor: Operator, uploaded: ConfigurationUpload, state: str, request: HttpRequest | None = None
) -> ImportResult | None:
    """All of it, or nothing; None where it was imported already. `state`: of the plan that the operator saw.

    Raises PermissionDenied, BadFile, ImportRefused.
    """
    with keeping_an_owner():
        require_owner_of_all(actor)
        row = ConfigurationUpload.objects.select_for_update().get(pk=uploaded.pk)
        if row.imported_at is not None:
            return None
        found = plan(files.read(bytes(row.file)))
        _check(found, state)
        result = ImportResult(_numbers(found))
        for each in _in_order(found.does):
            if told := _done(each, actor, request):
                result.remarks.append(f"{each.words}: {told}")
        row.imported_at = timezone.now()
        row.save(update_fields=["imported_at"])
        data = {**result.numbers, "file": row.digest}
        audit.record("configuration.imported", actor=actor, data=data, request=request)
    return result


def dry_run(*, actor: Operator, uploaded: ConfigurationUpload) -> list[LineProblem]:
    """What an import would be refused for: it is tried, and taken back."""
    found = plan(files.read(bytes(uploaded.file)))
    if found.too_many:
        return [found.too_many]
    problems: list[LineProblem] = []
    with transaction.atomic():
        for each in _in_order(found.does):
            try:
                with transaction.atomic():
                    _done(each, actor, None)
            except ImportRefused as refused:
                problems += refused.problems
        transaction.set_rollback(True)
    return problems


def _check(found: ImportPlan, state: str) -> None:
    if found.state != state:
        words = "Something changed in the console since you looked at the differences: look again."
        raise ImportRefused(LineProblem(0, words))
    if found.too_many:
        raise ImportRefused(found.too_many)
    if found.conflicts:
        words = "It was changed in the console since the export, and in the file: {words}."
        raise ImportRefused(*(LineProblem(each.line, words.format(words=each.words)) for each in found.conflicts))


def _in_order(does: list[Difference]) -> list[Difference]:
    """What is removed comes last, the other way round: a label goes after what is set for it."""
    removed = [each for each in does if each.kind is DifferenceKind.REMOVED]
    return [each for each in does if each.kind is not DifferenceKind.REMOVED] + removed[::-1]


def _done(each: Difference, actor: Operator, request: HttpRequest | None) -> str:
    try:
        match each.before, each.after:
            case None, after if after is not None:
                return each.section.add(after, actor, request)
            case before, None if before is not None:
                return each.section.remove(before, actor, request)
            case before, after if before is not None and after is not None:
                return each.section.change(before, after, actor, request)
        return ""
    except _REFUSALS as error:
        words = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
        raise ImportRefused(LineProblem(each.line, f"{each.words}: {words}")) from error


def _numbers(found: ImportPlan) -> dict[str, int]:
    kinds = [each.kind for each in found.does]
    return {
        kind.name.lower(): kinds.count(kind)
        for kind in (DifferenceKind.ADDED, DifferenceKind.CHANGED, DifferenceKind.REMOVED)
    }
