"""Who gets to a resource: three answers first, public, other AWS accounts and guests, then who, and because of what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from access.across import has_a_mirror
from access.exposure.looking import exposure_of
from access.exposure.rules import levels_words
from access.exposure.values import Opening, PartyKind, ResourceExposure
from access.reach.questions import ReachQuestion, questions_about
from access.resource_sides.planned import planned_as_whole
from access.resource_sides.values import ResourceSide, SideNotRead
from access.who_can.answer import WhoCanAnswer, WhoCanLine
from accounts.models import AwsAccount
from aws_constraints.arn import name_of
from iamconsole.web.words import counted, some
from policies.engine.catalogue import AccessLevel, spelled
from policies.engine.combine import Decision
from policies.holdings import ResourceChange
from resources.gaps import next_words
from resources.models import Resource
from resources.selectors import HeldPolicies, held_policies

SHOWN = 200
_NAMED = 5  # AWS accounts


@dataclass(frozen=True)
class ReachVerdict:
    """One of the three. `state`: "no", "yes", "perhaps" or "unknown"."""

    title: str
    state: str
    text: str = ""


@dataclass
class ReachLine:
    """Somebody, with what they may: pairs of the level and the line of that question."""

    line: WhoCanLine
    is_outside: bool = False
    may: list[tuple[str, WhoCanLine]] = field(default_factory=list)


_OTHERS = (PartyKind.ACCOUNT, PartyKind.ORGANIZATION, PartyKind.CANONICAL)
_OTHER_WORDS = {
    PartyKind.ORGANIZATION: "every AWS account of the organization {}",
    PartyKind.CANONICAL: "who has the canonical user id {:.12}…",
}


def _levels(openings: Iterable[Opening]) -> str:
    there = {level for each in openings for level in each.levels}
    return levels_words([level for level in AccessLevel if level in there])


def _how_public(openings: Iterable[Opening]) -> Iterator[str]:
    """Sentences: what takes no credentials, and what takes those of any AWS account."""
    openings = list(openings)
    unsigned = {level for each in openings for level in each.unsigned}
    signed = {level for each in openings for level in each.levels} - unsigned
    for how, levels in (("Without signing in", unsigned), ("With any AWS account", signed)):
        if levels:
            yield f"{how}: {levels_words([level for level in AccessLevel if level in levels])}."


def _hangs_on(opening: Opening) -> str:
    keys = [spelled(key) for key in opening.keys]
    return f"It hangs on {some(keys)}." if keys else opening.unsure


class ResourceReach:
    """`may_see`: whether something of another AWS account, by its id, may be told to who asks. `changes`: of
    resources, as a plan leaves them.
    """

    def __init__(
        self, resource: Resource, may_see: Callable[[str], bool], changes: Sequence[ResourceChange] = ()
    ) -> None:
        self.resource, self._changes, self._may_see = resource, changes, may_see
        self.questions = questions_about(resource)
        self.answers = [(each, self._answer(each, may_see)) for each in self.questions]

    def _answer(self, question: ReachQuestion, may_see: Callable[[str], bool]) -> WhoCanAnswer:
        asked = {"action": question.action, "resource": f"{self.resource.arn}{question.below}", "context": {}}
        return WhoCanAnswer(self.resource.aws_account, asked, may_see=may_see, changes=self._changes)

    @cached_property
    def not_read(self) -> str:
        """Why nobody knows what it says; "" where it is held."""
        sides = [answer.side for _, answer in self.answers]
        found = [side for side in sides if not isinstance(side, ResourceSide)]
        if not found:
            return ""
        return next((side.said for side in found if isinstance(side, SideNotRead) and side.said), "It isn’t read.")

    @property
    def notes(self) -> list[str]:
        return list(dict.fromkeys(each for _, answer in self.answers for each in answer.said_of_resource))

    # ---- Three answers ---------------------------------------------------------------------------------------
    @property
    def verdicts(self) -> list[ReachVerdict]:
        guests = [self._guests()] if self.questions else []
        return [self._public(), self._other_accounts(), *guests]

    @cached_property
    def exposure(self) -> ResourceExposure:
        """By all actions, and not only those that are asked."""
        held = held_policies(self.resource)
        if not isinstance(held, HeldPolicies):
            return ResourceExposure(unknown=" ".join(filter(None, [held.why, next_words(held.next_at)])))
        return exposure_of(planned_as_whole(held, self._changes)) or ResourceExposure()

    def _public(self) -> ReachVerdict:
        if surely := self.exposure.of(PartyKind.ANYBODY, is_sure=True):
            return ReachVerdict("Public", "yes", " ".join(_how_public(surely)))
        if perhaps := self.exposure.of(PartyKind.ANYBODY):
            said = " ".join(dict.fromkeys(filter(None, map(_hangs_on, perhaps))))
            return ReachVerdict("Perhaps public", "perhaps", f"{_levels(perhaps).capitalize()}. {said}")
        if unknown := self.exposure.unknown:
            return ReachVerdict("Unknown whether it is public", "unknown", unknown)
        text = "Only principals that a policy names, or its conditions mean, get in."
        return ReachVerdict("Not public", "no", text)

    @property
    def _sides(self) -> list[ResourceSide]:
        return [answer.side for _, answer in self.answers if isinstance(answer.side, ResourceSide)]

    @property
    def _unsure_of_own(self) -> str:
        """The same of principals of its own AWS account."""
        return next(filter(None, (side.own.may_be_granted for side in self._sides)), "")

    def _other_accounts(self) -> ReachVerdict:
        if surely := self._names_of_others(Decision.ALLOWED):
            return ReachVerdict("Other AWS accounts get in", "yes", f"{some(surely, shown=_NAMED)}.")
        if perhaps := self._names_of_others(Decision.UNKNOWN):
            text = f"Under a condition, or unknown: {some(perhaps, shown=_NAMED)}."
            return ReachVerdict("Perhaps other AWS accounts get in", "perhaps", text)
        if unknown := self.exposure.unknown:
            return ReachVerdict("Unknown whether other AWS accounts get in", "unknown", unknown)
        if idle := self._names_let_in():
            text = (
                f"Its policy lets in {some(idle, shown=_NAMED)}, where nobody’s own policies allow what is asked here."
            )
            return ReachVerdict("No other AWS account gets in now", "perhaps", text)
        return ReachVerdict("No other AWS account gets in", "no", "By what is read of them.")

    def _names_let_in(self, *, elsewhere: bool = False, is_sure: bool | None = None) -> list[str]:
        """AWS accounts and organizations that it lets in itself. `elsewhere`: those alone of which there is no mirror:
        their own side isn't known, so that they get in by this one."""
        found: dict[str, None] = {}
        for each in self.exposure.of(*_OTHERS, is_sure=is_sure):
            if each.party.kind is not PartyKind.ACCOUNT:
                found |= {_OTHER_WORDS[each.party.kind].format(each.party.name): None}
            elif not has_a_mirror(each.party.name):
                found[f"AWS account {each.party.name}, which isn’t connected"] = None
            elif not elsewhere:
                found[self._name_of(each.party.name)] = None
        return list(found)

    def _name_of(self, account_id: str) -> str:
        found = AwsAccount.objects.get(account_id=account_id) if self._may_see(account_id) else None
        return str(found or "an AWS account that you can’t see")

    def _names_of_others(self, decision: Decision) -> list[str]:
        """Of AWS accounts in which somebody has that of some level."""
        found: dict[str, None] = {}
        for _, answer in self.answers:
            for matches in answer.across.seen:
                if any(match.decision is decision for match in matches.matches):
                    found[str(matches.aws_account)] = None
        if any(answer.across.unseen is decision for _, answer in self.answers):
            found["an AWS account that you can’t see"] = None
        found |= dict.fromkeys(self._names_let_in(elsewhere=True, is_sure=decision is Decision.ALLOWED))
        return list(found)

    def _guests(self) -> ReachVerdict:
        if surely := self._by_guests(Decision.ALLOWED):
            return ReachVerdict("Guests of Cognito get in", "yes", surely)
        if perhaps := self._by_guests(Decision.UNKNOWN):
            return ReachVerdict(
                "Perhaps guests of Cognito get in", "perhaps", f"Under a condition, or unknown. {perhaps}"
            )
        has_guests = any(answer.index.guests for _, answer in self.answers)
        if has_guests and (unsure := self.not_read or self._unsure_of_own):
            return ReachVerdict("Unknown whether guests of Cognito get in", "unknown", unsure)
        text = "No role for people who haven’t signed in gets to it."
        return ReachVerdict("No guests of Cognito", "no", text)

    def _by_guests(self, decision: Decision) -> str:
        """What roles for guests may, and which: "Read, by shop-guest."."""
        roles: dict[str, list[str]] = {}
        for question, answer in self.answers:
            for match in answer.found:
                if match.number in answer.index.guests and match.decision is decision:
                    roles.setdefault(name_of(match.arn), []).append(question.level.lower())
        if not roles:
            return ""
        levels = some(sorted({level for each in roles.values() for level in each}))
        return f"{levels.capitalize()}, by {some(sorted(roles))}."

    # ---- Who -------------------------------------------------------------------------------------------------
    @cached_property
    def everybody(self) -> Sequence[ReachLine]:
        """From outside first."""
        found: dict[tuple[str, str, str], ReachLine] = {}
        for question, line in self._lines():
            key = (line.arn or line.name, line.account, line.kind)
            kept = found.setdefault(key, ReachLine(line, not line.kind or bool(line.account)))
            kept.may.append((question.level, line))
        return sorted(found.values(), key=lambda each: not each.is_outside)

    def _lines(self) -> Iterator[tuple[ReachQuestion, WhoCanLine]]:
        for question, answer in self.answers:
            for line in answer.lines(0, SHOWN):
                yield question, line

    @property
    def total_words(self) -> str:
        most = max((answer.total for _, answer in self.answers), default=0)
        if most > SHOWN:
            return f"The first {SHOWN} of each"
        return counted(len(self.everybody), "row")
