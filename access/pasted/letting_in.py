"""Whom a resource-based policy or a trust policy lets in: what it allows and a policy without statements doesn't.

What its own denials take away is left out, by the engine's comparison of documents; what that can't decide is said to
be unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aws_constraints.arn import account_in
from policies.access_lines import AccessLine, LineVerb, line_item, lines_of
from policies.engine import catalogue
from policies.engine.diff.compare import PrincipalDocuments
from policies.engine.diff.report import held_diff
from policies.engine.statements import PolicyDocument, Statement, document_of, split_operator
from policies.engine.structure import DocumentType

STEPS = 200_000  # some tenths of a second
SHOWN = 20  # of those who are let in
_VERBS = {"gained": LineVerb("+", "", "May"), "perhaps": LineVerb("?", "", "Can’t be told:")}
_EVERYBODY = "*"
# IAM User Guide, "The confused deputy problem".
_SOURCES = frozenset({"aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"})

Item = Mapping[str, Any]
Named = Callable[[str], str]  # of another AWS account, "" where it isn't known


@dataclass(frozen=True)
class AdmittedParty:
    """`word` with `look` and `icon`, as a flag has them; `sentence`: who it is. `lines`: what they may."""

    word: str
    look: str
    icon: str
    sentence: str
    lines: Sequence[AccessLine]


@dataclass(frozen=True)
class _Party:
    """As principals name them, by what they are: "everybody", "account", "own", "service", "provider" or "other"."""

    what: str
    name: str = ""


@dataclass(frozen=True)
class _Place:
    kind: DocumentType
    account_id: str
    named: Named


def parties(
    document: PolicyDocument, kind: DocumentType, account_id: str, named: Named
) -> tuple[list[AdmittedParty], int]:
    """The first of them, the gravest first; and how many others. `account_id`: the AWS account that it is for."""
    found = held_diff(PrincipalDocuments([{}]), PrincipalDocuments([document]), STEPS)
    items: dict[_Party, dict[str, list[Item]]] = {}
    for name, listed in (("gained", found["gained"]), ("perhaps", found["undecided"])):
        for item in listed:
            for party in dict.fromkeys(_parties(item, account_id)):
                items.setdefault(party, {}).setdefault(name, []).append(item)
    place = _Place(kind, account_id, named)
    ranked = sorted(items.items(), key=lambda each: (_ORDER.index(each[0].what), each[0].name))
    return [_described(party, its, place) for party, its in ranked[:SHOWN]], max(0, len(ranked) - SHOWN)


_ORDER = ("everybody", "account", "service", "provider", "other", "own")


def _parties(item: Item, account_id: str) -> Iterator[_Party]:
    if "principals" not in item:
        yield _Party("everybody")  # but for those in `not_principals`
    for kind, values in item.get("principals", {}).items():
        for value in values:
            yield _party(kind, value, account_id)


def _party(kind: str, value: str, account_id: str) -> _Party:
    if kind == "Service":
        return _Party("service", value)
    if kind == "Federated":
        return _Party("provider", value)
    if kind != "AWS":
        return _Party("other", f"{kind} {value}")
    if value == _EVERYBODY:
        return _Party("everybody")
    account = value if value.isdecimal() else account_in(value)
    if account == account_id:
        return _Party("own")
    return _Party("account", account) if account else _Party("other", value)


def _described(party: _Party, items: Mapping[str, Sequence[Item]], place: _Place) -> AdmittedParty:
    word, look, icon, sentence = _DESCRIBED[party.what](party, items, place)
    kept = {
        name: {"items": [line_item(_without_principals(each)) for each in its], "more": 0}
        for name, its in items.items()
    }
    return AdmittedParty(word, look, icon, sentence, list(lines_of(kept, _VERBS)))


def _without_principals(item: Item) -> dict[str, Any]:
    """Those it names are in the sentence; those that it excepts are not."""
    return {name: value for name, value in item.items() if name != "principals"}


# ---- In words ----------------------------------------------------------------------------------------------------
_Words = tuple[str, str, str, str]


def _everybody(party: _Party, items: Mapping[str, Sequence[Item]], place: _Place) -> _Words:
    who = "Anyone in any AWS account" if place.kind is DocumentType.TRUST else "Anyone, also without AWS credentials"
    gained = items.get("gained", ())
    if any(not each["conditions"] for each in gained):
        return "Public", "danger", "shield-alert", f"{who}, with no condition that says who."
    if gained:
        return "Public, under conditions", "warn", "triangle-alert", f"{who}, if the conditions hold."
    return "May be public", "warn", "circle-question-mark", f"{who}: it can’t be told."


def _account(party: _Party, items: Mapping[str, Sequence[Item]], place: _Place) -> _Words:
    name = place.named(party.name)
    if name:
        return "Other AWS account", "", "building-2", f"{party.name}: {name}."
    return "Unknown AWS account", "warn", "triangle-alert", f"{party.name}: this console doesn’t know it."


def _service(party: _Party, items: Mapping[str, Sequence[Item]], place: _Place) -> _Words:
    every = [each for its in items.values() for each in its]
    is_asked = place.kind is not DocumentType.TRUST or party.name in catalogue.SERVICE_SOURCES
    if is_asked and not all(map(_says_for_whom, every)):
        why = "on behalf of any AWS account: no condition on aws:SourceAccount or aws:SourceArn (confused deputy)."
        return "Service", "warn", "triangle-alert", f"{party.name} {why}"
    return "Service", "", "cloud", f"{party.name}."


def _says_for_whom(item: Item) -> bool:
    """By a condition that a request without the key doesn't meet."""
    for operator, block in item["conditions"].items():
        quantifier, base, if_exists = split_operator(operator)
        binds = not if_exists and "not" not in base and base != "null" and not quantifier.value.startswith("forall")
        if binds and any(key.lower() in _SOURCES for key in block):
            return True
    return False


def _provider(party: _Party, items: Mapping[str, Sequence[Item]], place: _Place) -> _Words:
    return "Identity provider", "", "key-round", f"People who sign in at {party.name}."


def _other(party: _Party, items: Mapping[str, Sequence[Item]], place: _Place) -> _Words:
    return "Named otherwise", "warn", "circle-question-mark", f"{party.name}: which AWS account that is isn’t known."


def _own(party: _Party, items: Mapping[str, Sequence[Item]], place: _Place) -> _Words:
    return "This AWS account", "", "check", "Principals of this AWS account."


_DESCRIBED: Mapping[str, Callable[[_Party, Mapping[str, Sequence[Item]], _Place], _Words]] = {
    "everybody": _everybody,
    "account": _account,
    "service": _service,
    "provider": _provider,
    "other": _other,
    "own": _own,
}


# ---- Statements that are about the resource ----------------------------------------------------------------------
def about(document: PolicyDocument, resource: str) -> tuple[PolicyDocument, list[Statement]]:
    """The document with the statements that may be about the resource or a part of it, and those that aren't."""
    if not resource.startswith("arn:"):
        return document, []
    others = [each for each in document.statements if not _is_about(each, f"{resource}*")]
    return document_of(document.rewritten({each.index: None for each in others})), others


def _is_about(statement: Statement, resource: str) -> bool:
    if statement.has("NotResource") or not statement.has("Resource"):
        return True
    return any(catalogue.parts_overlap(resource, _widened(each)) for each in statement.resource_words)


def _widened(pattern: str) -> str:
    """A variable may stand for anything."""
    return pattern.split("${", 1)[0] + "*" if "${" in pattern else pattern
