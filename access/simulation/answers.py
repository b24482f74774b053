"""The answers of a question: of each principal, for each action on a resource, as it is and as supposed.

Verdicts are those of access/situations.py, as the command `simulate` gives them; nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from access.holders import Holder
from access.resource_policies import is_assuming
from access.simulation.columns import AskedPair, AskedPairs
from access.simulation.directory import AskedPrincipal, Directory, UnknownPrincipalError
from access.simulation.question import SimulationQuestion
from access.situations import Situation, Situations, UnanswerableQuestionError
from access.surroundings import Surroundings, surroundings_told
from accounts.models import AwsAccount
from policies.engine.callers import caller_of
from policies.engine.compiled import CompiledDocument
from policies.engine.conditions import Context
from policies.engine.evaluate import Decision, Verdict


@dataclass(frozen=True)
class CellAnswer:
    """`decision`: what the page says, which is that of the policies that are read where the question supposes that the
    others say nothing. `live`: the same without what is supposed; None where nothing is, or nobody was there.
    """

    situation: Situation
    verdict: Verdict
    decision: Decision
    live: Decision | None = None
    is_new: bool = False  # the principal isn't there yet

    @property
    def is_allowed(self) -> bool:
        return self.decision is Decision.ALLOWED

    @property
    def is_unknown(self) -> bool:
        return self.decision is Decision.UNKNOWN

    @property
    def word(self) -> str:
        return word_of(self.decision)

    @property
    def differs(self) -> bool:
        return self.was != ""

    @property
    def was(self) -> str:
        """What it is live, as far as that is another word: "denied"; "" where it is the same."""
        if self.is_new:
            return "not there"
        if self.live is None or word_of(self.live) == self.word:
            return ""
        return word_of(self.live).lower()

    @cached_property
    def by_policies_read(self) -> Decision:
        if not (self.situation.not_read or self.situation.unsure):
            return self.verdict.decision
        return self.situation.verdict_by_policies_read().decision


_AT_A_TIME = 200  # answers of one principal
_WORDS = {Decision.ALLOWED: "Allowed", Decision.UNKNOWN: "Unknown"}


def word_of(decision: Decision) -> str:
    return _WORDS.get(decision, "Denied")


@dataclass(frozen=True)
class AccountState:
    """The principals of an AWS account, as they are or as something would make them.

    `may_see`: whether something of another AWS account, by its id, may be told to who asks.
    """

    aws_account: AwsAccount
    directory: Directory
    around: Surroundings
    may_see: Callable[[str], bool] = lambda account_id: False


@dataclass
class Evaluator:
    """Answers one question after another by one state of the AWS account, and remembers whom it looked up."""

    state: AccountState
    context: Context = field(default_factory=dict)
    session: CompiledDocument | None = None
    as_read: bool = False
    of_resource_policy: CompiledDocument | None = None

    @cached_property
    def situations(self) -> Situations:
        return Situations(self.state.aws_account, self.state.directory.lookup, self._around, self.state.may_see)

    def _around(self, account_id: str) -> Surroundings:
        known = self.state.around
        return known if known.account_id == account_id else surroundings_told(account_id, self.state.may_see)

    def situation(self, arn: str, pair: AskedPair) -> Situation:
        """Raises UnanswerableQuestionError."""
        return self.situations.of(arn, pair.action, pair.resource, self.context, self.session, self.of_resource_policy)

    def verdict(self, situation: Situation) -> Verdict:
        return situation.verdict_by_policies_read() if self.as_read else situation.verdict()

    def holder(self, arn: str) -> Holder | None:
        return self.state.directory.lookup.holder(caller_of(arn)) if arn.startswith("arn:") else None


@dataclass(frozen=True)
class AnswerRow:
    """`answers`: None where it can't be asked; then `why_not` says why."""

    principal: AskedPrincipal
    answers: Sequence[CellAnswer | None]
    why_not: str = ""

    @property
    def differs(self) -> bool:
        return any(answer is not None and answer.differs for answer in self.answers)


@dataclass(frozen=True)
class Answers:
    """`problems`: sentences about principals that nobody can be asked for."""

    asked: AskedPairs
    rows: Sequence[AnswerRow]
    problems: Sequence[str] = ()

    def all(self) -> Iterator[CellAnswer]:
        return (answer for row in self.rows for answer in row.answers if answer is not None)

    @property
    def number(self) -> int:
        return len(self.rows) * len(self.asked.pairs)

    @cached_property
    def different(self) -> int:
        return sum(answer.differs for answer in self.all())

    @cached_property
    def unknown(self) -> int:
        return sum(answer.is_unknown for answer in self.all())


def principals_of(question: SimulationQuestion, *states: AccountState) -> tuple[list[AskedPrincipal], list[str]]:
    """Of all states together, each once; and a sentence for each name that none of them knows."""
    found: dict[str, AskedPrincipal] = {}
    problems = []
    for said in question.principals:
        sentences = []
        for state in states:
            try:
                asked = state.directory.find(said)
            except UnknownPrincipalError as problem:
                sentences.append(str(problem))
                continue
            for each in asked:
                known = found.get(each.arn)
                found[each.arn] = each if known is None or known.why_not else known
        if len(sentences) == len(states):
            problems.append(sentences[0])
    return list(found.values()), problems


def answer_all(
    question: SimulationQuestion,
    principals: Iterable[AskedPrincipal],
    asked: AskedPairs,
    live: AccountState,
    supposed: AccountState | None = None,
    problems: Sequence[str] = (),
) -> Answers:
    """`supposed`: as what the question supposes would make it; None where it supposes nothing."""
    evaluators = _evaluators(question, live, supposed)
    return Answers(asked, [_row(each, asked.pairs, *evaluators) for each in principals], problems)


def answer_in_turn(
    question: SimulationQuestion,
    principals: Iterable[AskedPrincipal],
    pairs: Sequence[AskedPair],
    live: AccountState,
    supposed: AccountState | None = None,
) -> Iterator[tuple[Sequence[AskedPair], AnswerRow]]:
    """The same answers, those of some pairs at a time, each time when they are wanted."""
    evaluators = _evaluators(question, live, supposed)
    parts = [pairs[at : at + _AT_A_TIME] for at in range(0, len(pairs), _AT_A_TIME)]
    return ((part, _row(each, part, *evaluators)) for each in principals for part in parts)


def _evaluators(
    question: SimulationQuestion, live: AccountState, supposed: AccountState | None
) -> tuple[Evaluator, Evaluator | None]:
    shared = (question.known, question.session_policy, question.as_read, question.resource_policy)
    return Evaluator(live, *shared), Evaluator(supposed, *shared) if supposed else None


def _row(
    principal: AskedPrincipal, pairs: Sequence[AskedPair], before: Evaluator, after: Evaluator | None
) -> AnswerRow:
    nobody = [None] * len(pairs)
    if principal.why_not:
        return AnswerRow(principal, nobody, principal.why_not)
    evaluator = after or before
    try:
        evaluator.situations.asker(principal.arn)
    except UnanswerableQuestionError as problem:
        return AnswerRow(principal, nobody, _gone(principal) if after else str(problem))
    is_new, is_same = False, False
    if after is not None:
        was, now = before.holder(principal.arn), after.holder(principal.arn)
        is_new, is_same = was is None and now is not None, was is now
    return AnswerRow(
        principal, [_answer(principal.arn, pair, before, after, is_same=is_same, is_new=is_new) for pair in pairs]
    )


def _gone(principal: AskedPrincipal) -> str:
    return f"{principal.name} would be gone."


def _answer(
    arn: str, pair: AskedPair, before: Evaluator, after: Evaluator | None, *, is_same: bool, is_new: bool
) -> CellAnswer:
    evaluator = after or before
    situation = evaluator.situation(arn, pair)
    verdict = evaluator.verdict(situation)
    live: Decision | None = None
    if after is not None and not is_new:
        unchanged = is_same and not _trust_differs(pair, before, after)
        live = verdict.decision if unchanged else before.verdict(before.situation(arn, pair)).decision
    return CellAnswer(situation, verdict, verdict.decision, live, is_new)


def _trust_differs(pair: AskedPair, before: Evaluator, after: Evaluator) -> bool:
    if not is_assuming(pair.action, pair.resource):
        return False
    was, now = (each.state.directory.lookup.trust(pair.resource) for each in (before, after))
    return was is not now
