"""Why AWS denied something, as programs read it: what the page *Why denied* says, as data."""

from __future__ import annotations

from typing import Any

from ninja import Schema

from access.denied import words
from access.denied.answer import DenialAnswer, DenialOutcome, why_it_differs
from access.denied.drafting import StatementDraft, StatementProposal
from access.denied.places import PolicyPlace
from access.denied.reading import Reading
from access.denied.requests import DeniedRequest
from access.views.why_denied import SHOWN, edited_at
from objects.views.lists import object_lists


class DeniedAsked(Schema):
    """`read_from`: message, event, decoded, parts, or fields, which AWS said nothing of."""

    read_from: str
    principal: str
    action: str
    resource: str
    context: dict[str, list[str]]


class DeniedLayer(Schema):
    """`state`: allows, denies, lacks, silent, none or unknown. `stops`: it decides; `next`: it would stop it then."""

    layer: str
    state: str
    words: str
    stops: bool
    next: bool


class DeniedReason(Schema):
    title: str
    sentence: str
    said_by_aws: bool


class StatementPlace(Schema):
    """`having`: how many users and roles have the policy."""

    key: str
    title: str
    having: int


class StatementWidth(Schema):
    name: str
    words: str


class StatementEdit(Schema):
    """As `edit` of a proposed change has it."""

    kind: str
    id: str
    action: str
    name: str
    document: str


class SmallestStatement(Schema):
    """The least that would allow it. `why_not`: why none does, or who writes it. `place`, `width`: the chosen ones.
    `edit`: to propose it, null where the console doesn't write it. `helps`: the layer allows it then; `still`: those
    that stop it then. `lets_in`: who may do it only then, `lets_in_more` how many beside.
    """

    why_not: str
    statement: dict[str, Any] | None
    place: str
    width: str
    places: list[StatementPlace]
    widths: list[StatementWidth]
    edit: StatementEdit | None
    helps: bool
    still: list[str]
    lets_in: list[str]
    lets_in_more: int
    able_already: list[str]
    able_already_total: int


class WhyDeniedAnswer(Schema):
    """`denials`: those of the text, to `pick` one; `left_out`: how many more there were. `outcome`: denied, allowed (by
    what the console has) or unknown. `reasons`: what else may deny it, or would decide it.
    """

    denials: list[str]
    left_out: int
    asked: DeniedAsked
    outcome: str
    headline: str
    agreement: str
    layers: list[DeniedLayer]
    reasons: list[DeniedReason]
    smallest: SmallestStatement


def answer_out(reading: Reading, found: DenialAnswer, proposal: StatementProposal) -> WhyDeniedAnswer:
    differs = why_it_differs(found) if found.outcome is not DenialOutcome.DENIED else []
    return WhyDeniedAnswer(
        denials=[each.title for each in reading.requests],
        left_out=reading.left_out,
        asked=_asked(found.asked),
        outcome=found.outcome,
        headline=words.headline(found),
        agreement=words.agreement_words(found),
        layers=_layers(found),
        reasons=[DeniedReason(title=each.title, sentence=each.sentence, said_by_aws=each.is_said) for each in differs],
        smallest=_smallest(proposal),
    )


def _asked(denied: DeniedRequest) -> DeniedAsked:
    return DeniedAsked(
        read_from=denied.read_from,
        principal=denied.principal,
        action=denied.action,
        resource=denied.resource,
        context={key: list(values) for key, values in denied.context.items()},
    )


def _layers(found: DenialAnswer) -> list[DeniedLayer]:
    return [
        DeniedLayer(
            layer=words.layer_title(line),
            state=line.state,
            words=words.line_words(line),
            stops=line.is_stop,
            next=line.is_next,
        )
        for line in found.layered.lines
    ]


def _smallest(proposal: StatementProposal) -> SmallestStatement:
    draft = proposal.draft
    let_in = draft.let_in.new if draft and draft.let_in else ()
    places = zip(proposal.places, proposal.having, strict=True)
    return SmallestStatement(
        why_not=proposal.why_not,
        statement=draft.statement if draft else None,
        place=draft.place.key if draft and draft.place else "",
        width=draft.width.name if draft else "",
        places=[StatementPlace(key=each.key, title=each.title, having=having) for each, having in places],
        widths=[StatementWidth(name=each.name, words=each.label) for each in proposal.widths],
        edit=_edit(draft.place, draft) if draft and draft.place and draft.text else None,
        helps=draft.helps if draft else False,
        still=[words.layer_title(line) for line in draft.still] if draft else [],
        lets_in=[each.caller.name for each in let_in[:SHOWN]],
        lets_in_more=max(0, len(let_in) - SHOWN),
        able_already=[each.caller.name for each in proposal.already],
        able_already_total=proposal.already_count,
    )


def _edit(place: PolicyPlace, draft: StatementDraft) -> StatementEdit:
    at = edited_at(place)
    kind = next(name for name, listed in object_lists().items() if listed.kind.of.name == at["place"])
    return StatementEdit(kind=kind, id=at["aws_id"], action=at["action"], name=at["part"], document=draft.text)
