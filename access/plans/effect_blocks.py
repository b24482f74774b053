"""Describes the access changes that a change has stored, for its page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse

from access.plans import escalation_check
from access.plans.check import NAME
from access.plans.effects import SHOWN
from aws_constraints.arn import name_of
from iamconsole.web.words import counted, number
from policies.access_lines import OF_PRINCIPALS, OF_ROLES, AccessLine, lines_of
from sync.models import Change

LEDE = "By policies, boundaries and control policies; policies of resources may still deny"

_PATHS: Mapping[str, tuple[str, str, str, str]] = {
    "opened": ("+", "add", "Could become an administrator:", "May be able to become an administrator:"),
    "added": ("+", "add", "Could become an administrator before, and now also in this way:", ""),
    "closed": (
        "−",
        "del",
        "Can no longer become an administrator. Until now:",
        "Was perhaps able to become an administrator, and no longer is:",
    ),
}
_FLAGS = {"opened": "New privilege escalation path", "added": "Another privilege escalation path"}
_LESS_GRAVE = frozenset({"added"})


@dataclass(frozen=True)
class PrincipalLink:
    name: str
    url: str = ""


@dataclass(frozen=True)
class EffectBlock:
    """`flag` is a word for what is grave; `others`: who follows those in `who`, and `more`, how many beside both."""

    who: tuple[PrincipalLink, ...]
    more: int
    lines: Sequence[AccessLine]
    notes: Sequence[str] = ()
    flag: str = ""
    lead: str = ""
    others: tuple[PrincipalLink, ...] = ()
    is_grave: bool = True

    @property
    def everybody(self) -> tuple[PrincipalLink, ...]:
        """Whom it names."""
        return (*self.who, *self.others)

    @property
    def hidden(self) -> int:
        """How many don't show at once."""
        return len(self.others) + self.more


def is_measured(change: Change) -> bool:
    return NAME in change.measured


def headline(access: Mapping[str, Any]) -> str:
    """ "15 gain, 2 lose": of how many principals, by what the check of access measured."""
    effects = access.get("effects", [])
    gain = sum(each["count"] for each in effects if "gained" in each or "allowed_again" in each)
    lose = sum(each["count"] for each in effects if "lost" in each or "denied" in each)
    described = [f"{counted(gain, 'principal gains', 'principals gain')}"] if gain else []
    described += [f"{number(lose)} {'loses' if lose == 1 else 'lose'}"] if lose and gain else []
    described += [f"{counted(lose, 'principal loses', 'principals lose')}"] if lose and not gain else []
    return ", ".join(described)


def blocks(change: Change) -> list[EffectBlock]:
    account_id = change.aws_account.account_id
    return blocks_of(change.measured.get(NAME, {}), change.measured.get(escalation_check.NAME, {}), account_id)


def blocks_of(access: Mapping[str, Any], escalation: Mapping[str, Any], account_id: str) -> list[EffectBlock]:
    """Of what the two checks measured. Privilege escalation paths first."""
    paths = list(_of_paths(escalation, account_id))
    of_people = [_of_people(each, account_id) for each in access.get("effects", [])]
    of_roles = [_of_role(each, account_id) for each in access.get("trusts", [])]
    facts = [_of_fact(each, account_id) for each in access.get("facts", [])]
    return [*paths, *_joined([*of_people, *of_roles], facts)]


def _of_paths(stored: Mapping[str, Any], account_id: str) -> Iterator[EffectBlock]:
    for part, (sign, css, verb, perhaps) in _PATHS.items():
        found = stored.get(part, {"ids": [], "paths": []})
        for path in found["paths"]:
            *before, last = path["steps"]
            lines = [AccessLine(sign, css, each) for each in [*(f"{step}, then" for step in before), last]]
            lead = perhaps if path["supposes"] else verb
            arn, aws_id = path["who"]
            who, flag = (principal_link(arn, aws_id, account_id),), _FLAGS.get(part, "")
            yield EffectBlock(who, 0, lines, [lead], flag, is_grave=part not in _LESS_GRAVE)


def _joined(measured: Sequence[EffectBlock], facts: Sequence[EffectBlock]) -> Iterator[EffectBlock]:
    """What is told of somebody follows what is measured of the same one; what is told alike of many is told once."""
    described = {fact.who[0]: fact.lines for fact in facts}
    for block in measured:
        alike = [] if block.lead else [described.get(who, ()) for who in block.everybody]
        lines = alike[0] if alike and all(each == alike[0] for each in alike) else ()
        for who in [
            who for who, said in described.items() if lines and said == lines and (block.more or who in block.everybody)
        ]:
            described.pop(who)
        yield replace(block, lines=[*block.lines, *lines])
    for lines, names in _alike(described):
        yield EffectBlock(tuple(names[:SHOWN]), max(0, len(names) - SHOWN), lines)


def _alike(
    described: Mapping[PrincipalLink, Sequence[AccessLine]],
) -> Iterator[tuple[Sequence[AccessLine], list[PrincipalLink]]]:
    groups: dict[str, tuple[Sequence[AccessLine], list[PrincipalLink]]] = {}
    for who, lines in described.items():
        groups.setdefault(repr(lines), (lines, []))[1].append(who)
    yield from groups.values()


def _of_people(effect: Mapping[str, Any], account_id: str) -> EffectBlock:
    who = tuple(principal_link(arn, aws_id, account_id) for arn, aws_id in effect["who"])
    others = tuple(principal_link(arn, aws_id, account_id) for arn, aws_id in effect.get("others", ()))
    notes = [*effect["why"], *effect.get("of_resources", ())]
    if effect["at_most"]:
        notes.append(
            "At most: there are too many of them to count what each one’s other policies allow or deny already."
        )
    return EffectBlock(
        who,
        effect["count"] - len(who) - len(others),
        list(lines_of(effect, OF_PRINCIPALS)),
        notes,
        "New administrator" if effect["administrators"] else "",
        of_nobody(effect["of"]),
        others,
    )


def of_nobody(arn: str) -> str:
    if not arn:
        return ""
    if ":group/" in arn:
        return f"Nobody yet: the group {name_of(arn)} has no members. Whoever joins it:"
    return f"Nobody yet: nobody has {name_of(arn)}. Whoever gets it:"


def _of_role(trust: Mapping[str, Any], account_id: str) -> EffectBlock:
    return EffectBlock(
        (principal_link(trust["role"], trust["aws_id"], account_id),),
        0,
        list(lines_of(trust, OF_ROLES)),
        lead="The role",
    )


def _of_fact(fact: Mapping[str, Any], account_id: str) -> EffectBlock:
    lines = [AccessLine(*(("+", "add") if line["gives"] else ("−", "del")), line["words"]) for line in fact["lines"]]
    return EffectBlock((principal_link(fact["who"], fact["aws_id"], account_id),), 0, lines)


def principal_link(arn: str, aws_id: str, account_id: str) -> PrincipalLink:
    kind = "role" if ":role/" in arn else "user"
    url = reverse(kind, kwargs={"account_id": account_id, "aws_id": aws_id}) if aws_id else ""
    return PrincipalLink(name_of(arn), url)
