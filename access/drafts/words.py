"""What a draft changes of access, in words for the page of its editor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from access.drafts.effects import DraftEffects
from access.drafts.escalation import DraftEscalations
from access.drafts.unknown_actions import known_only
from access.plans.comparing import kept_items
from access.plans.effect_blocks import PrincipalLink, of_nobody, principal_link
from access.plans.effects import KINDS, AffectedPrincipals
from aws_constraints.arn import name_of
from iamconsole.web.words import SOME, counted, some
from policies.access_lines import OF_PRINCIPALS, OF_ROLES, AccessLine, Item, is_everything, lines_of

SHOWN = 20  # names in a fold
_MOST_SAID = 2  # things in a sentence
_MOST_GROUPS = 6  # of people to whom different things happen
_WHOM = "to "  # begins the line of an item that says for which principals (policies.engine.diff.report.lines)
_LAST_PART = 5  # of an ARN, behind its colons
NOT_ABOUT_ESCALATION = DraftEscalations()
_NONE: Mapping[str, Any] = {"items": [], "more": 0}


@dataclass(frozen=True)
class SaidChange:
    """Part of the sentence: "Adds", and the first things of how many."""

    verb: str
    things: Sequence[str]
    more: int = 0


@dataclass(frozen=True)
class DraftRisk:
    """What is grave: a word, and a sentence. `is_sure`: it isn't a matter of what the mirror doesn't know."""

    word: str
    sentence: str
    is_sure: bool = True


@dataclass(frozen=True)
class SaidGroup:
    """Some to whom the same happens. `lead`: whom it is about, "" where the sentence says it."""

    lead: str
    lines: Sequence[AccessLine]
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class DraftSaid:
    """`nothing`: a sentence, where nobody's access changes. `more`: names that aren't among `who`.

    `unknown`: on actions that the catalogue doesn't know, where the draft changes more than these.
    """

    parts: Sequence[SaidChange]
    names: str
    who: Sequence[PrincipalLink]
    more: int
    groups: Sequence[SaidGroup]
    groups_left_out: int = 0
    risks: Sequence[DraftRisk] = ()
    notes: Sequence[str] = ()
    nothing: str = ""
    unknown: str = ""


def said_of(found: DraftEffects, account_id: str, escalations: DraftEscalations = NOT_ABOUT_ESCALATION) -> DraftSaid:
    all_known = known_only([_kept(each) for each in found.concerned] or found.trusts)
    kept = [each for each in all_known.kept if each is not None]
    people = [(who, each) for who, each in zip(found.concerned, all_known.kept, strict=False) if each is not None]
    trusts = [] if found.concerned else kept
    arns = sorted({arn for who, _ in people for arn in who.arns} | {each["role"] for each in trusts})
    links = [principal_link(arn, _aws_id(found, arn), account_id) for arn in arns]
    groups = [*_groups_of_people(people), *_groups_of_roles(trusts)]
    unknown = " ".join(all_known.sentences)
    counted_apart = len({arn for each in found.concerned for arn in each.arns}) or len(arns)
    return DraftSaid(
        list(_parts(kept)),
        some([link.name for link in links]) if links else "",
        links[:SHOWN],
        max(0, len(links) - SHOWN),
        groups[:_MOST_GROUPS],
        max(0, len(groups) - _MOST_GROUPS),
        [*_risks(found), *_opened(escalations)],
        [*_notes(found, counted_apart), *_notes_on_paths(escalations)],
        "" if kept else unknown or _nothing(found),
        unknown if kept else "",
    )


def _kept(each: AffectedPrincipals) -> dict[str, Any]:
    comparison = each.comparison
    return {kind: kept_items(getattr(comparison, kind)) for kind in KINDS if getattr(comparison, kind)}


def _aws_id(found: DraftEffects, arn: str) -> str:
    owner = found.after.owners.get(arn) or found.before.owners.get(arn)
    return owner.aws_id if owner else ""


# ---- The sentence --------------------------------------------------------------------------------------------
_SAID = (
    ("Adds", ("gained", "allowed_again")),
    ("Removes", ("lost", "denied")),
    ("May change", ("perhaps",)),
)


def _parts(kept: Sequence[Mapping[str, Any]]) -> Iterator[SaidChange]:
    """What happens to any of them."""
    for verb, kinds in _SAID:
        items = [(item, kind) for each in kept for kind in kinds for item in each.get(kind, _NONE)["items"]]
        things = list(dict.fromkeys(_thing(item) for item, _ in items))
        more = max((each.get(kind, _NONE)["more"] for each in kept for kind in kinds), default=0)
        if things:
            yield SaidChange(verb, things[:_MOST_SAID], len(things[_MOST_SAID:]) + more)


def _thing(item: Item) -> str:
    """ "s3:DeleteObject on acme-lake/*"."""
    if is_everything(item):
        return "everything"
    actions = some(item["actions"], len(item["actions"]) + item["more"])
    on = [short_resource(each) for each in item["on"]]
    whom = next((line for line in item["lines"] if line.startswith(_WHOM)), "")
    return " ".join(filter(None, [actions, f"on {some(on)}" if on and on != ["*"] else "", whom]))


def short_resource(pattern: str) -> str:
    """An ARN without what stands before the name of its resource."""
    parts = pattern.split(":", _LAST_PART)
    return parts[_LAST_PART] if len(parts) > _LAST_PART and parts[_LAST_PART] else pattern


# ---- The lines -----------------------------------------------------------------------------------------------
def _groups_of_people(people: Sequence[tuple[AffectedPrincipals, Mapping[str, Any]]]) -> Iterator[SaidGroup]:
    for each, described in people:
        lead = of_nobody(each.of)
        if not lead and len(people) > 1:
            lead = f"{some([name_of(arn) for arn in each.arns[:SOME]], len(each.arns))}:"
        notes = (*each.comparison.why, *each.of_resources)
        yield SaidGroup(lead, list(lines_of(described, OF_PRINCIPALS)), notes)


def _groups_of_roles(trusts: Sequence[Mapping[str, Any]]) -> Iterator[SaidGroup]:
    for each in trusts:
        yield SaidGroup("", list(lines_of(each, OF_ROLES)))


def _risks(found: DraftEffects) -> Iterator[DraftRisk]:
    grave = sorted(arn for each in found.concerned if each.administrators for arn in each.arns)
    if grave:
        names = some([name_of(arn) for arn in grave])
        becomes = "becomes an administrator" if len(grave) == 1 else "become administrators"
        yield DraftRisk("New administrator", f"{names} {becomes} of this AWS account.")
    for finding in found.exposures:
        public = finding.code == "OPENS_ROLE_TO_EVERYBODY"
        yield DraftRisk(
            "Public" if public else "Cross-account", finding.message, finding.severity == "security_warning"
        )


def _opened(escalations: DraftEscalations) -> Iterator[DraftRisk]:
    coulds = ((True, "could become"), (False, "may be able to become"))
    for elsewhere, (is_sure, could) in product((False, True), coulds):
        opened = [path for path in escalations.opened if path.elsewhere is elsewhere]
        paths = [path for path in opened if path.supposes is not is_sure]
        if paths:
            names = some([name_of(path.source) for path in paths])
            which = "another AWS account" if elsewhere else "this AWS account"
            whom = f"{'an administrator' if len(paths) == 1 else 'administrators'} of {which}"
            first = f"{name_of(paths[0].source)} {', then '.join(paths[0].steps)}."
            yield DraftRisk("New privilege escalation path", f"{names} {could} {whom}: {first}", is_sure)


def _notes_on_paths(escalations: DraftEscalations) -> Iterator[str]:
    for elsewhere in (False, True):
        closed = [path for path in escalations.closed if path.elsewhere is elsewhere]
        if closed:
            names = some([name_of(path.source) for path in closed])
            becoming = "an administrator" if len(closed) == 1 else "administrators"
            yield f"{names} can no longer become {becoming}{' of another AWS account' if elsewhere else ''}."
    if escalations.undecided:
        names = some([name_of(arn) for arn in escalations.undecided])
        yield f"Whether {names} could become administrators is looked at when you stage it."
    elif escalations.is_about:
        yield "Privilege escalation paths of others, who could act as them, are looked at when you stage it."


def _notes(found: DraftEffects, concerned: int) -> Iterator[str]:
    others = len(found.holders) - concerned
    if concerned and others > 0:
        gain = f"{counted(others, 'other has', 'others have')} it and {'sees' if others == 1 else 'see'} no change"
        yield f"{gain}: other policies or limits of theirs decide the same already."
    if any(each.comparison.at_most for each in found.concerned):
        yield "At most: what each one’s other policies allow or deny already is counted when you stage it."
    if any(each.comparison.perhaps for each in found.concerned):
        yield "What can’t be told here is compared with more time when you stage it."


def _nothing(found: DraftEffects) -> str:
    if found.holders:
        return "Nobody’s access changes."
    return "It allows and denies what is in force now."
