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
from policies.holdings import ResourceChange
from resources.models import Resource

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


class ResourceReach:
    """`may_see`: whether something of another AWS account, by its id, may be told to who asks. `changes`: of
    resources, as a plan leaves them.
    """

    def __init__(
        self, resource: Resource, may_see: Callable[[str], bool], changes: Sequence[ResourceChange] = ()
    ) -> None:
        self.resource, self._changes = resource, changes
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

        if self._outside(anybody, Decision.ALLOWED):
            return ReachVerdict("Public", "yes", " ".join(self._how_public()))
        if self.not_read:
            return ReachVerdict("Unknown whether it is public", "unknown", self.not_read)
        if perhaps := self._outside(anybody, Decision.UNKNOWN):
            return ReachVerdict("Perhaps public", "perhaps", f"Under a condition, or unknown: {some(perhaps)}.")
        unsure = self._unsure_of_others
        return ReachVerdict("Unknown whether it is public", "unknown", unsure) if unsure else self._closed()

    def _how_public(self) -> Iterator[str]:
        """Sentences: what takes no credentials, and what takes those of any AWS account."""
        unsigned = self._outside(lambda found: found.name == EVERYBODY and found.is_anonymous, Decision.ALLOWED)
        signed = self._outside(lambda found: found.name == EVERYBODY and not found.is_anonymous, Decision.ALLOWED)
        if unsigned:
            yield f"Without signing in: {some(unsigned)}."
        if with_any := [level for level in signed if level not in unsigned]:
            yield f"With any AWS account: {some(with_any)}."

    @property
    def _sides(self) -> list[ResourceSide]:
        return [answer.side for _, answer in self.answers if isinstance(answer.side, ResourceSide)]

    @property
    def _unsure_of_others(self) -> str:
        """What may let in others although no policy does."""
        return next(filter(None, (side.others.may_be_granted for side in self._sides)), "")

    @property
    def _unsure_of_own(self) -> str:
        """The same of principals of its own AWS account."""
        return next(filter(None, (side.own.may_be_granted for side in self._sides)), "")

    @staticmethod
    def _closed() -> ReachVerdict:
        return ReachVerdict("Not public", "no", "Only principals that a policy names, or its conditions mean, get in.")

    def _other_accounts(self) -> ReachVerdict:
        if surely := self._names_of_others(Decision.ALLOWED):
            return ReachVerdict("Other AWS accounts get in", "yes", f"{some(surely, shown=_NAMED)}.")
        if self.not_read:
            return ReachVerdict("Unknown whether other AWS accounts get in", "unknown", self.not_read)
        if perhaps := self._names_of_others(Decision.UNKNOWN):
            text = f"Under a condition, or unknown: {some(perhaps, shown=_NAMED)}."
            return ReachVerdict("Perhaps other AWS accounts get in", "perhaps", text)
        if unsure := self._unsure_of_others:
            return ReachVerdict("Unknown whether other AWS accounts get in", "unknown", unsure)
        return ReachVerdict("No other AWS account gets in", "no", "By what is read of them.")

    def _names_of_others(self, decision: Decision) -> list[str]:
        """Of AWS accounts in which somebody has that of some level."""
        found: dict[str, None] = {}
        for _, answer in self.answers:
            for matches in answer.across.seen:
                if any(match.decision is decision for match in matches.matches):
                    found[str(matches.aws_account)] = None
        if any(answer.across.unseen is decision for _, answer in self.answers):
            found["an AWS account that you can’t see"] = None
        for _, answer in self.answers:
            for each in answer.others:
                is_account = each.name != EVERYBODY and (each.name.startswith("arn:aws") or each.name.isdigit())
                if is_account and each.verdict.decision is decision:
                    found[outsider_name(each)] = None
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
