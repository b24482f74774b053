"""The form of Simulate: what is posted becomes a question, and a question the fields of the form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from access.simulation.context import TYPES, SuggestedKey, type_of
from access.simulation.question import AsIf, SimulationQuestion
from policies.engine.catalogue import KeyType, spelled
from policies.holdings import InlinePolicyChange, ManagedPolicyChange, TrustChange
from sync.operations import AccessChange

Pairs = Sequence[tuple[str, str]]
ABSENT, NOT_SAID = "absent", ""
_KEY = re.compile(r"key-(\d{1,3}|new)")
_SHOWN = 4  # of the keys that are suggested; the others are added by a click
_OF_CHANGE = "change:"
_OF_DRAFT = "draft:"
_BETWEEN = "|"  # in no ARN, and in no name of a policy
LINES = ("principal", "action", "resource")
_TEXTS = ("session", "resource_policy", "unread", "name")


def posted_question(posted: Pairs) -> SimulationQuestion:
    """What is given beside it in the form (`remove`, `add_key`, …) is for `after_click`."""
    fields = dict(posted)
    kept = [(name, value) for name, value in posted if name in LINES or name in _TEXTS]
    kept += list(_context(fields))
    kept += list(_supposition(fields))
    return SimulationQuestion.read(_without_removed(kept, fields.get("remove", "")))


def _context(fields: dict[str, str]) -> Iterator[tuple[str, str]]:
    for name in fields:
        number = _KEY.fullmatch(name)
        key = fields[name].strip() if number else ""
        if not number or not key:
            continue
        said = fields.get(f"said-{number[1]}", NOT_SAID)
        values = fields.get(f"value-{number[1]}", "").splitlines()
        if said == ABSENT:
            yield "without", key
        elif said:
            yield "context", f"{key}={said}"
        else:
            yield from (("context", f"{key}={value.strip()}") for value in values if value.strip())


def _supposition(fields: dict[str, str]) -> Iterator[tuple[str, str]]:
    """`as_if` may name the change, as the list of the form does."""
    kind, of, name = (*fields.get("as_if", "").split(_BETWEEN), "", "")[:3]
    document = fields.get("document", "").replace("\r\n", "\n")
    if of:
        yield from (("as_if", kind), ("of", of), ("name", name), ("document", document))
    elif kind.startswith(_OF_CHANGE):
        yield from (("as_if", AsIf.CHANGE), ("of", kind.removeprefix(_OF_CHANGE)))
    elif kind.startswith(_OF_DRAFT):
        yield from (("as_if", AsIf.DRAFT), ("of", kind.removeprefix(_OF_DRAFT)))
    elif kind in (AsIf.CHANGE, AsIf.DRAFT):
        yield from (("as_if", kind), ("of", fields.get("of", "")))
    elif kind in (AsIf.MANAGED, AsIf.INLINE, AsIf.TRUST):
        yield from (("as_if", kind), ("of", fields.get("of", "")), ("document", document))


def as_if(change: AccessChange) -> str:
    """What a button says for the document that it is posted with: whose it is, and what it is called."""
    match change:
        case ManagedPolicyChange():
            return _BETWEEN.join((AsIf.MANAGED, change.policy_arn))
        case InlinePolicyChange():
            return _BETWEEN.join((AsIf.INLINE, change.owner_arn, change.name))
        case TrustChange():
            return _BETWEEN.join((AsIf.TRUST, change.role_arn))
    return AsIf.LIVE


def _without_removed(pairs: Iterable[tuple[str, str]], removed: str) -> Iterator[tuple[str, str]]:
    """`removed`: "principal:1", the second of them."""
    name, _, number = removed.partition(":")
    seen = 0
    for pair in pairs:
        if pair[0] == name:
            seen += 1
            if str(seen - 1) == number:
                continue
        yield pair


# ---- Condition keys as rows of the form ----------------------------------------------------------------------
@dataclass(frozen=True)
class KeyRow:
    """`value`: one a line. `said`: of a key that is true or false; "absent" for any that isn't in the request."""

    number: int
    name: str
    type: KeyType
    value: str = ""
    said: str = NOT_SAID
    statements: int = 0

    @property
    def is_bool(self) -> bool:
        return self.type is KeyType.BOOL

    @property
    def type_words(self) -> str:
        return TYPES[self.type].words

    @property
    def choices(self) -> Sequence[tuple[str, str]]:
        """Of a key that is true or false; not said is another answer than false."""
        return (("true", "Yes"), ("false", "No"), (ABSENT, "Not there"), (NOT_SAID, "Not said"))

    @property
    def lines(self) -> int:
        return max(1, self.value.count("\n") + 1)

    @property
    def is_given(self) -> bool:
        return bool(self.value or self.said)


@dataclass(frozen=True)
class KeyPanel:
    """`rows`: those that are given, asked for, or most needed. `more`: that a click adds. `deciding`: of these, those
    that would decide unknown answers.
    """

    rows: Sequence[KeyRow]
    more: Sequence[SuggestedKey] = ()
    deciding: Sequence[SuggestedKey] = ()
    undecided: int = 0


def key_panel(
    question: SimulationQuestion,
    suggested: Sequence[SuggestedKey],
    added: Iterable[str],
    statements: dict[str, int],
    undecided: int,
) -> KeyPanel:
    """`added`: keys for which somebody asked for a row. `statements`: how many ask for a key, in lower case."""
    given = list(question.context)
    known = {key.lower() for key in given}
    names = [spelled(key.strip()) for key in added if key.strip() and key.strip().lower() not in known]
    deciding = [each for each in suggested if each.decides]
    names += [each.name for each in suggested[:_SHOWN] if each not in deciding]
    rows = [*given, *dict.fromkeys(names)]
    shown = {name.lower() for name in rows}
    by_name = {each.name.lower(): each.statements for each in suggested} | statements
    return KeyPanel(
        [_row(number, name, question, by_name.get(name.lower(), 0)) for number, name in enumerate(rows)],
        [each for each in suggested if each.name.lower() not in shown and not each.decides],
        [each for each in deciding if each.name.lower() not in shown],
        undecided,
    )


def _row(number: int, name: str, question: SimulationQuestion, statements: int) -> KeyRow:
    kind, values = type_of(name), question.context.get(name)
    if values is None:
        return KeyRow(number, name, kind, statements=statements)
    if not values:
        return KeyRow(number, name, kind, said=ABSENT, statements=statements)
    if kind is KeyType.BOOL and len(values) == 1 and values[0].lower() in ("true", "false"):
        return KeyRow(number, name, kind, said=values[0].lower(), statements=statements)
    return KeyRow(number, name, kind, value="\n".join(values), statements=statements)
