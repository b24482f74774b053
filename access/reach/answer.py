"""Who gets to a resource: three answers first, public, other AWS accounts and guests, then who, and because of what."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from access.outsiders import EVERYBODY, Outsider
from access.reach.questions import ReachQuestion, questions_about
from access.resource_sides.values import ResourceSide, SideNotRead
from access.who_can.answer import WhoCanAnswer, WhoCanLine, outsider_name
from aws_constraints.arn import name_of
from iamconsole.web.words import counted, some
from policies.engine.combine import Decision
from resources.models import Resource

SHOWN = 200


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


class ResourceReach:
    """`may_see`: whether something of another AWS account, by its id, may be told to who asks."""

    def __init__(self, resource: Resource, may_see: Callable[[str], bool]) -> None:
        self.resource = resource
        self.questions = questions_about(resource)
        self.answers = [(each, self._answer(each, may_see)) for each in self.questions]

    def _answer(self, question: ReachQuestion, may_see: Callable[[str], bool]) -> WhoCanAnswer:
        asked = {"action": question.action, "resource": f"{self.resource.arn}{question.below}", "context": {}}
        return WhoCanAnswer(self.resource.aws_account, asked, may_see=may_see)

    @cached_property
    def not_read(self) -> str:
        """Why nobody knows what it says; "" where it is held."""
        sides = [answer.side for _, answer in self.answers]
        found = [side for side in sides if not isinstance(side, ResourceSide)]
        if not found:
            return ""
        return next((side.why for side in found if isinstance(side, SideNotRead) and side.why), "It isn’t read.")

    @property
    def notes(self) -> list[str]:
        return list(dict.fromkeys(each for _, answer in self.answers for each in answer.said_of_resource))

    # ---- Three answers ---------------------------------------------------------------------------------------
    @property
    def verdicts(self) -> list[ReachVerdict]:
        return [self._public(), self._other_accounts(), self._guests()]

    def _outside(self, wanted: Callable[[Outsider], bool], *decisions: Decision) -> list[str]:
        """The levels that somebody has whom the policy names."""
        return [
            question.level.lower()
            for question, answer in self.answers
            if any(wanted(each) and each.verdict.decision in decisions for each in answer.others)
        ]

    def _public(self) -> ReachVerdict:
        def anybody(found: Outsider) -> bool:
            return found.name == EVERYBODY

        if surely := self._outside(anybody, Decision.ALLOWED):
            how = "Without signing in" if self._is_anonymous else "With any AWS account"
            return ReachVerdict("Public", "yes", f"{how}: {some(surely)}.")
        if self.not_read:
            return ReachVerdict("Unknown whether it is public", "unknown", self.not_read)
        if perhaps := self._outside(anybody, Decision.UNKNOWN):
            return ReachVerdict("Perhaps public", "perhaps", f"Under a condition, or unknown: {some(perhaps)}.")
        unsure = self._unsure_of_others
        return ReachVerdict("Unknown whether it is public", "unknown", unsure) if unsure else self._closed()

    @property
    def _is_anonymous(self) -> bool:
        return any(
            each.is_anonymous and each.verdict.decision is Decision.ALLOWED
            for _, answer in self.answers
            for each in answer.others
        )

    @property
    def _unsure_of_others(self) -> str:
        """What may let in others although no policy does."""
        sides = [answer.side for _, answer in self.answers]
        found = (side.others.may_be_granted for side in sides if isinstance(side, ResourceSide))
        return next(filter(None, found), "")

    @staticmethod
    def _closed() -> ReachVerdict:
        return ReachVerdict("Not public", "no", "Only principals that a policy names, or its conditions mean, get in.")

    def _other_accounts(self) -> ReachVerdict:
        names = self._names_of_others
        if names:
            return ReachVerdict(
                "Other AWS accounts get in", "yes", f"{some(names[:5])}{' and others' * (len(names) > 5)}."
            )
        if self.not_read:
            return ReachVerdict("Unknown whether other AWS accounts get in", "unknown", self.not_read)
        if unsure := self._unsure_of_others:
            return ReachVerdict("Unknown whether other AWS accounts get in", "unknown", unsure)
        return ReachVerdict("No other AWS account gets in", "no", "By what is read of them.")

    @cached_property
    def _names_of_others(self) -> list[str]:
        found = dict.fromkeys(str(matches.aws_account) for _, answer in self.answers for matches in answer.across.seen)
        if any(answer.across.unseen for _, answer in self.answers):
            found["an AWS account that you can’t see"] = None
        for _, answer in self.answers:
            for each in answer.others:
                if each.name != EVERYBODY and (each.name.startswith("arn:aws") or each.name.isdigit()):
                    found[outsider_name(each)] = None
        return list(found)

    def _guests(self) -> ReachVerdict:
        roles: dict[str, list[str]] = {}
        for question, answer in self.answers:
            for match in answer.found:
                if match.number in answer.index.guests:
                    roles.setdefault(name_of(match.arn), []).append(question.level.lower())
        if not roles:
            text = "No role for people who haven’t signed in gets to it."
            return ReachVerdict("No guests of Cognito", "no", text)
        levels = some(sorted({level for each in roles.values() for level in each}))
        return ReachVerdict("Guests of Cognito get in", "yes", f"{levels.capitalize()}, by {some(sorted(roles))}.")

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
