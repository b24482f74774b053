"""Runs a test by a state of the AWS account: as it is in the mirror, or as a plan would leave it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from access.action_kinds import expansion
from access.holders import Holder
from access.resource_policies import is_assuming
from access.saved_tests.content import ALLOWED, DENIED, Meant, TestContent
from access.simulation.answers import AccountState, Evaluator
from access.simulation.columns import AskedPair, pairs_of
from access.simulation.deciding import only_if_of
from access.simulation.directory import AskedPrincipal, UnknownPrincipalError
from access.simulation.question import MOST_ANSWERS
from access.situations import Situation, UnanswerableQuestionError
from aws_constraints.arn import name_of
from policies.engine.evaluate import Decision, Verdict
from policies.engine.somewhere import is_pattern

MOST_SENTENCES = 5


class TestStatus(StrEnum):
    __test__ = False

    PASSES = "passes"
    BROKEN = "broken"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class TestOutcome:
    """`sentences`: the first of why it doesn't pass; `more`: how many there are beside them. `answers`: how many."""

    __test__ = False

    status: TestStatus
    sentences: tuple[str, ...] = ()
    more: int = 0
    answers: int = 0


@dataclass
class _Findings:
    broken: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    answers: int = 0

    def outcome(self) -> TestOutcome:
        sentences = self.broken or self.unknown
        status = TestStatus.BROKEN if self.broken else TestStatus.UNKNOWN if self.unknown else TestStatus.PASSES
        kept = tuple(sentences[:MOST_SENTENCES])
        return TestOutcome(status, kept, len(sentences) - len(kept), self.answers)


def run(content: TestContent, state: AccountState) -> TestOutcome:
    """Unknown where somebody that it names is gone, or an answer isn't known; never raises."""
    found = _Findings()
    principals = list(_principals(content, state, found))
    resources = list(_resources(content, state, found))
    pairs = list(_pairs(content, principals, resources, state))
    found.answers = len(principals) * len(pairs)
    if found.answers > MOST_ANSWERS:
        found.unknown.append(f"These are {found.answers:,} answers: a test asks for {MOST_ANSWERS:,} at most.")
        return found.outcome()
    if resources and not pairs:
        found.unknown.append("None of the actions is asked on these resources.")
    given = (content.known, content.session_policy, content.as_read, content.resource_policy)
    evaluator = Evaluator(state, *given)
    for principal in principals:
        for pair in pairs:
            _look(content, evaluator, principal, pair, found)
    return found.outcome()


def _look(
    content: TestContent, evaluator: Evaluator, principal: AskedPrincipal, pair: AskedPair, found: _Findings
) -> None:
    on = "" if pair.resource == "*" else f" on {pair.resource}"
    try:
        situation = evaluator.situation(principal.arn, pair)
    except UnanswerableQuestionError as problem:
        found.unknown.append(str(problem))
        return
    verdict = evaluator.verdict(situation)
    decisions = _decisions(situation, verdict)
    what = f"{pair.action}{on}"
    wants = content.expected == ALLOWED
    if any((decision is Decision.ALLOWED) is not wants for decision in decisions - {Decision.UNKNOWN}):
        some = " of some of what it means" if len(decisions) > 1 else ""
        found.broken.append(f"{principal.name} {'may not' if wants else 'may'} do {what}{some}.")
    elif Decision.UNKNOWN in decisions:
        why = only_if_of(situation, verdict)
        found.unknown.append(f"Whether {principal.name} may do {what} isn’t known{f': {why}' if why else ''}.")


def _decisions(situation: Situation, verdict: Verdict) -> set[Decision]:
    """Of a pattern, several where it isn't the same for all; as far as nothing that isn't read may change them."""
    if verdict.decision is Decision.UNKNOWN and not verdict.not_read and situation.differs:
        return set(situation.differs)
    return {verdict.decision}


# ---- Whom and what it asks -----------------------------------------------------------------------------------
def _principals(content: TestContent, state: AccountState, found: _Findings) -> Iterator[AskedPrincipal]:
    """Of a label's test, nobody of that name is denied everything."""
    for meant in content.principals:
        try:
            asked = _asked(meant, state)
        except UnknownPrincipalError as problem:
            if not (content.by_name and content.expected == DENIED):
                found.unknown.append(str(problem))
            continue
        for each in asked:
            if each.why_not:
                found.unknown.append(each.why_not)
            else:
                yield each


def _asked(meant: Meant, state: AccountState) -> Sequence[AskedPrincipal]:
    if not meant.id:
        return state.directory.find(meant.said)
    if state.directory.by_id(meant.id) is None:
        raise UnknownPrincipalError(f"{meant.said} ({meant.id}), whom it asks about, is gone from AWS.")
    return state.directory.find(meant.id)


def _resources(content: TestContent, state: AccountState, found: _Findings) -> Iterator[str]:
    """A user, role or group by the ARN that it has now."""
    for meant in content.resources or (Meant("*"),):
        if not meant.id:
            yield meant.said
        elif (known := state.directory.by_id(meant.id)) is not None:
            yield known.arn
        else:
            found.unknown.append(f"{name_of(meant.said)} ({meant.id}), which it asks about, is gone from AWS.")


def _pairs(
    content: TestContent, principals: Sequence[AskedPrincipal], resources: Sequence[str], state: AccountState
) -> Iterator[AskedPair]:
    patterns = None
    for resource in resources:
        actions: dict[str, None] = {}
        for said in content.actions:
            if not is_pattern(said):
                actions[said] = None
                continue
            patterns = patterns if patterns is not None else _patterns(content, principals, state)
            actions |= dict.fromkeys(sorted(expansion(said, patterns, resource).kinds))
        yield from pairs_of(actions, [resource]).pairs


def _patterns(content: TestContent, principals: Sequence[AskedPrincipal], state: AccountState) -> frozenset[str]:
    """Of actions, in lower case: all that the policies which bear on these principals have."""
    holders = [holder for each in principals if (holder := state.directory.by_arn(each.arn))]
    documents = [
        policy.document
        for holder in holders
        if isinstance(holder, Holder)
        for policy in (*holder.policies, *((holder.boundary,) if holder.boundary else ()))
    ]
    documents += [holder.trust.document for holder in state.directory.holders if holder.trust]
    around = state.around
    documents += [policy.document for level in (*around.scps, *around.rcps) for policy in level.policies]
    documents += [given for given in (content.session_policy, content.resource_policy) if given]
    return frozenset(
        pattern.lower()
        for document in {id(each): each for each in documents}.values()
        for statement in document.statements
        for pattern in statement.actions.patterns
    )


def is_touched(content: TestContent, before: AccountState, after: AccountState) -> bool:
    """Whether anything that it asks about differs: who is asked, what they hold, whom roles trust."""
    return _looked_at(content, before) != _looked_at(content, after)


def _looked_at(content: TestContent, state: AccountState) -> list[int | str]:
    """The identities of what is looked at: what a plan leaves alone is the same object."""
    silent = _Findings()
    principals = list(_principals(content, state, silent))
    held: list[int | str] = [id(state.directory.by_arn(each.arn)) for each in principals]
    if any(is_assuming(action, ":role/") for action in content.actions) or any(map(is_pattern, content.actions)):
        held += [id(state.directory.lookup.trust(each)) for each in _resources(content, state, silent)]
    return [*held, *silent.unknown]
