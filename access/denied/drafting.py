"""The draft of a policy that allows a denied request, decided by the engine with it and without it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from access.denied.answer import DenialAnswer
from access.denied.layers import Layered, LayerLine, LayerState, layered
from access.denied.places import Admission, LetIn, PolicyPlace, boundary_place, places_of, trust_place
from access.denied.statements import (
    Width,
    new_document,
    sids_in,
    smallest_statement,
    widths,
)
from access.holders import Holder
from access.index import CachedIndex, cached_index
from access.resource_policies import is_assuming
from access.situations import Situation
from accounts.models import AwsAccount
from policies.access_lines import AccessLine, access_lines
from policies.engine.compiled import compiled
from policies.engine.evaluate import LayerName, LayerPolicy
from policies.engine.json_edits import with_statement


@dataclass(frozen=True)
class StatementDraft:
    """`text`: of the whole policy, "" where it can't be written. `after`: the layers as they would be with it. `lines`:
    what the policy allows more.
    """

    place: PolicyPlace | None
    width: Width
    statement: dict[str, Any]
    text: str = ""
    after: Layered | None = None
    lines: Sequence[AccessLine] = ()
    let_in: LetIn | None = None

    @property
    def json(self) -> str:
        """The statement alone."""
        return json.dumps(self.statement, indent=2, ensure_ascii=False)

    @property
    def helps(self) -> bool:
        """The layer that stopped it allows it then."""
        stop = self.place.layer if self.place else None
        return self.after is not None and all(line.layer is not stop or not line.stops for line in self.after.lines)

    @property
    def still(self) -> list[LayerLine]:
        """What would stop it then."""
        return [line for line in self.after.lines if line.stops] if self.after else []


@dataclass(frozen=True)
class StatementProposal:
    """Where the statement can stand, and how wide it can be. `why_not`: a sentence, where no draft allows it."""

    places: Sequence[PolicyPlace] = ()
    having: Sequence[int] = ()  # how many users and roles have each of them
    widths: Sequence[Width] = ()
    draft: StatementDraft | None = None
    why_not: str = ""
    already: Sequence[Holder] = ()  # others who may do it
    already_count: int = 0


_SHOWN = 3


def propose(
    aws_account: AwsAccount, found: DenialAnswer, place_key: str = "", width_name: str = ""
) -> StatementProposal:
    """`place_key`, `width_name`: what was chosen."""
    stop = found.layered.stop
    if stop is None:
        return StatementProposal()
    if stop.state is LayerState.DENIES or stop.layer in (LayerName.SCP, LayerName.RCP, LayerName.AWS):
        return StatementProposal(why_not=_why_no_allow_helps(stop))
    holder = found.holder
    places = _places(aws_account, found, stop, holder)
    offered = widths(found.asked.resource)
    width = next((each for each in offered if each.name == width_name), offered[0])
    if not places:
        return _without_place(found, stop, offered, width)
    place = next((each for each in places if each.key == place_key), places[0])
    cached = cached_index(aws_account)
    admission = Admission(cached, holder, found.asked.action, found.asked.resource)
    draft = _draft(found, place, width, admission)
    having = [admission.having(each) for each in places]
    return StatementProposal(
        places, having, [] if place.action == "trust" else offered, draft, **_others(cached, found)
    )


def _others(cached: CachedIndex, found: DenialAnswer) -> dict[str, Any]:
    able = [
        each for each in cached.index.who_can(found.asked.action, found.asked.resource) if each.decision == "allowed"
    ]
    return {"already": [each.holder for each in able[:_SHOWN]], "already_count": len(able)}


def _places(aws_account: AwsAccount, found: DenialAnswer, stop: LayerLine, holder: Holder | None) -> list[PolicyPlace]:
    request = found.situation.request
    if stop.layer is LayerName.RESOURCE and is_assuming(request.action, request.resource):
        place = trust_place(aws_account, request.resource)
        return [place] if place else []
    if holder and stop.layer is LayerName.BOUNDARY:
        place = boundary_place(aws_account, holder)
        return [place] if place else []
    return places_of(aws_account, holder) if holder and stop.layer is LayerName.IDENTITY else []


def _draft(found: DenialAnswer, place: PolicyPlace, width: Width, admission: Admission) -> StatementDraft:
    asked = found.asked
    is_trust = place.action == "trust"
    resource, trusted = ("", _trusted(found)) if is_trust else (width.resource, "")
    statement = smallest_statement(asked.action, resource, asked.context, trusted, sids_in(place.text))
    text = new_document(statement) if place.is_new else with_statement(place.text, statement)
    if text is None:
        return StatementDraft(place, width, statement)
    after = layered(_with(found.situation, place, text))
    if is_trust:
        return StatementDraft(place, width, statement, text, after)
    lines = access_lines(_NOTHING if place.is_new else place.text, text)
    return StatementDraft(place, width, statement, text, after, lines, admission.let_in(place, text))


_NOTHING = '{"Version": "2012-10-17", "Statement": []}'


def _with(situation: Situation, place: PolicyPlace, text: str) -> Situation:
    """As if the policy had this text."""
    policy, layers = LayerPolicy(place.policy or place.name, compiled(text)), situation.layers
    if place.layer is LayerName.RESOURCE:
        changed = replace(layers, resource=policy)
    elif place.layer is LayerName.BOUNDARY:
        changed = replace(layers, boundaries=(policy,))
    else:
        others = tuple(each for each in layers.identity if place.is_new or each.name != place.policy)
        changed = replace(layers, identity=(*others, policy))
    return replace(situation, layers=changed)


def _trusted(found: DenialAnswer) -> str:
    """Whom a policy of the resource names. A session is trusted by its role: sessions come and go."""
    caller = found.situation.request.caller
    if not caller.is_session:
        return caller.arn
    role = found.asked.role_arn or (found.holder.arn if found.holder else "")
    return role or f"arn:{caller.partition}:iam::{caller.account}:role/{caller.name}"


def _without_place(found: DenialAnswer, stop: LayerLine, offered: Sequence[Width], width: Width) -> StatementProposal:
    """A statement to hand on, where its policy isn't one that the console writes."""
    if stop.layer is not LayerName.RESOURCE:
        return StatementProposal(why_not=_CANT_WRITE[stop.layer])
    asked = found.asked
    statement = smallest_statement(asked.action, width.resource, asked.context, _trusted(found))
    what = stop.called or "policy of the resource"
    why = f"The {what} has to allow it, and the console doesn’t write that: whoever does adds this statement."
    return StatementProposal(widths=offered, draft=StatementDraft(None, width, statement), why_not=why)


_CANT_WRITE = {
    LayerName.IDENTITY: "AWS keeps this role for itself, with its policies. One of Identity Center is changed by its "
    "permission set, one of a service by that service.",
    LayerName.BOUNDARY: "Its permissions boundary is a policy that AWS manages, or that the mirror lacks: it takes "
    "another boundary.",
    LayerName.SESSION: "Whoever begins the session gives it a session policy: that has to allow it.",
}


def _why_no_allow_helps(stop: LayerLine) -> str:
    if stop.layer is LayerName.AWS:
        return "AWS refuses this whatever policies say, so no statement allows it."
    if stop.layer in (LayerName.SCP, LayerName.RCP):
        kind = "service" if stop.layer is LayerName.SCP else "resource"
        what = "denies it" if stop.state is LayerState.DENIES else "would have to allow it"
        return (
            f"A {kind} control policy {what}. No policy in this AWS account lifts that: it is changed in the "
            "organization’s management account, for all AWS accounts below where it is attached."
        )
    return (
        "A Deny wins over every Allow, so no further statement helps. The statement that denies has to leave this out: "
        "by fewer actions or resources, or by a condition."
    )
