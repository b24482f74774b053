"""Answers a question of Simulate: finds whom and what it names, what it supposes, and then each answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from access.patterns import MOST_WILDCARDS, is_too_wild
from access.simulation.answers import AccountState, Answers, answer_all, principals_of
from access.simulation.columns import AskedPairs, expanded, pairs_of, spelling
from access.simulation.context import problems_of as problems_of_context
from access.simulation.question import (
    LONGEST_DOCUMENT,
    LONGEST_LINE,
    MOST_ANSWERS,
    MOST_IN_FILE,
    MOST_LINES,
    SimulationQuestion,
)
from access.simulation.supposing import CantSupposeError, Supposed, live_state, supposed_by, supposed_state
from accounts.models import AwsAccount, Operator
from policies.drafts import problems_of as problems_of_document
from policies.engine import catalogue

MOST_PAIRED = 200_000  # of more actions and resources nobody looks which action is asked on which
Problem = tuple[str, str]  # the field of the question, and a sentence


@dataclass(frozen=True)
class Asked:
    """`answers`: None where there are none; then `problems` says why. `remarks`: sentences beside the answers."""

    answers: Answers | None = None
    supposed: Supposed | None = None
    problems: Sequence[Problem] = ()
    remarks: Sequence[str] = ()
    is_for_file: bool = False  # too much for a page


def ask(
    aws_account: AwsAccount,
    question: SimulationQuestion,
    most: int = MOST_ANSWERS,
    operator: Operator | None = None,
) -> Asked:
    """Never raises: what can't be asked is a problem, in a sentence. What can be is answered beside it.

    `most`: so many answers at most. `operator`: who asks.
    """
    if problems := refused(question):
        return Asked(problems=problems)
    live = live_state(aws_account, operator)
    try:
        supposed = supposed_by(live, question.supposed, operator)
    except CantSupposeError as problem:
        return Asked(problems=[(problem.field, str(problem))])
    states = [live] if supposed is None else [live, supposed_state(live, supposed.changes)]
    return _ask(question, states, supposed, most)


def refused(question: SimulationQuestion) -> list[Problem]:
    """Why it is no question, whatever the AWS account has."""
    return [*_too_much(question), *_wrong(question)]


def _ask(question: SimulationQuestion, states: Sequence[AccountState], supposed: Supposed | None, most: int) -> Asked:
    actions, unknown = expanded(question.actions)
    if len(actions) * len(question.resources) > MOST_PAIRED:
        sentence = f"These are {len(actions):,} actions on {len(question.resources):,} resources: ask of fewer at once."
        return Asked(None, supposed, [("action", sentence)])
    pairs = pairs_of(actions, question.resources)
    principals, nobody = principals_of(question, *states)
    problems: list[Problem] = [("principal", each) for each in nobody]
    problems += [("action", each) for each in (*unknown, *_not_asked(question, pairs))]
    number = len(principals) * len(pairs.pairs)
    if number > most:
        where = "into one file" if number > MOST_IN_FILE else "on a page: the file has them all"
        sentence = (
            f"These are {number:,} answers, of {len(principals):,} principals and {len(pairs.pairs):,} actions on "
            f"resources: at most {most:,} go {where}."
        )
        return Asked(None, supposed, [*problems, ("principal", sentence)], is_for_file=number <= MOST_IN_FILE)
    remarks = [sentence for each in actions if (sentence := spelling(each))]
    if number == 0:
        return Asked(supposed=supposed, problems=problems, remarks=remarks)
    answers = answer_all(question, principals, pairs, states[0], states[1] if len(states) > 1 else None)
    return Asked(answers, supposed, problems, remarks)


def _not_asked(question: SimulationQuestion, pairs: AskedPairs) -> Iterator[str]:
    """Of a pattern, only where none of its actions is asked."""
    for said in question.actions:
        known = catalogue.actions_matching(said) or (said,)
        if all(each in pairs.not_asked for each in known):
            yield pairs.not_asked[known[0]] if len(known) == 1 else f"No action of {said} is about these resources."


# ---- What is no question -------------------------------------------------------------------------------------
def _too_much(question: SimulationQuestion) -> Iterator[Problem]:
    for field, lines in (
        ("principal", question.principals),
        ("action", question.actions),
        ("resource", question.resources),
    ):
        if len(lines) > MOST_LINES:
            yield field, f"These are {len(lines):,} lines: at most {MOST_LINES} go into one question."
        if any(len(line) > LONGEST_LINE for line in lines):
            yield field, f"A line is longer than {LONGEST_LINE:,} characters, which no name in AWS is."
    for field, text in (("session", question.session), ("document", question.supposed.document)):
        if len(text) > LONGEST_DOCUMENT:
            yield field, f"The document has {len(text):,} characters: AWS takes none of more than {LONGEST_DOCUMENT:,}."


def _wrong(question: SimulationQuestion) -> Iterator[Problem]:
    for action in question.actions:
        if len(action) <= LONGEST_LINE and (":" not in action or action.startswith("arn:")):
            yield "action", f"{action!r} is no action: it must be written as service:Action."
    for resource in question.resources:
        if len(resource) <= LONGEST_LINE and resource != "*" and not _is_arn(resource):
            yield "resource", f"{resource!r} is no ARN: it begins with arn: and has six parts, or is * alone."
        elif is_too_wild(resource):
            yield "resource", f"A pattern may have up to {MOST_WILDCARDS} wildcards."
    yield from (("context", sentence) for sentence in problems_of_context(question.context))
    if question.session.strip() and len(question.session) <= LONGEST_DOCUMENT:
        for problem in problems_of_document(question.session.strip())[:1]:
            yield "session", f"Line {problem.line}, column {problem.column}: {problem.message}"


def _is_arn(text: str) -> bool:
    return text.startswith("arn:") and len(text.split(":", 5)) == 6
