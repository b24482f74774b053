"""Answers a question of Simulate: finds whom and what it names, what it supposes, and then each answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from access.patterns import MOST_WILDCARDS, is_too_wild
from access.simulation.answers import (
    AccountState,
    AnswerRow,
    Answers,
    answer_all,
    answer_in_turn,
    principals_of,
)
from access.simulation.columns import AskedPair, AskedPairs, expanded, pairs_of, spelling
from access.simulation.context import problems_of as problems_of_context
from access.simulation.directory import AskedPrincipal
from access.simulation.question import (
    LONGEST_DOCUMENT,
    LONGEST_LINE,
    MOST_ANSWERS,
    MOST_IN_FILE,
    MOST_LINES,
    SimulationQuestion,
)
from access.simulation.supposing import CantSupposeError, Supposed, live_state, supposed_by, supposed_state
from access.situations import RESOURCE_POLICY
from accounts.models import AwsAccount, Operator
from iamconsole.web.words import some
from policies.drafts import problems_of as problems_of_document
from policies.engine import catalogue
from policies.engine.document import DocumentProblem
from policies.engine.structure import DocumentType

MOST_PAIRED = 200_000  # of more actions and resources nobody looks which action is asked on which
_REPOSITORIES, _WITHOUT_RESOURCE = ("arn:aws:ecr:", "arn:aws:ecr-public:"), "MISSING_RESOURCE"
Problem = tuple[str, str]  # the field of the question, and a sentence


@dataclass(frozen=True)
class Asked:
    """`answers`: None where there are none; then `problems` says why. `remarks`: sentences beside the answers."""

    answers: Answers | None = None
    supposed: Supposed | None = None
    problems: Sequence[Problem] = ()
    remarks: Sequence[str] = ()
    is_for_file: bool = False  # too much for a page


@dataclass(frozen=True)
class AskedInTurn:
    """Rows of answers to some pairs each, found when they are wanted. Without `rows`, `problems` says why."""

    rows: Iterator[tuple[Sequence[AskedPair], AnswerRow]] | None = None
    problems: Sequence[Problem] = ()


@dataclass(frozen=True)
class _Found:
    """What a question names, and what it supposes. `after`: the state as supposed; None where nothing is."""

    live: AccountState
    after: AccountState | None
    supposed: Supposed | None
    principals: Sequence[AskedPrincipal]
    pairs: AskedPairs
    problems: Sequence[Problem]
    remarks: Sequence[str]

    @property
    def number(self) -> int:
        return len(self.principals) * len(self.pairs.pairs)


def ask(
    aws_account: AwsAccount,
    question: SimulationQuestion,
    most: int = MOST_ANSWERS,
    operator: Operator | None = None,
) -> Asked:
    """Never raises: what can't be asked is a problem, in a sentence. What can be is answered beside it.

    `most`: so many answers at most. `operator`: who asks.
    """
    found = _find(aws_account, question, operator)
    if not isinstance(found, _Found):
        return Asked(problems=found)
    if found.number > most:
        problems: list[Problem] = [*found.problems, ("principal", _too_many(found, most))]
        return Asked(None, found.supposed, problems, is_for_file=found.number <= MOST_IN_FILE)
    answers = answer_all(question, found.principals, found.pairs, found.live, found.after) if found.number else None
    remarks = [*found.remarks, *_not_of_resource(question, answers)] if answers else found.remarks
    return Asked(answers, found.supposed, found.problems, remarks)


def _not_of_resource(question: SimulationQuestion, answers: Answers) -> Iterator[str]:
    """Of which resources the policy that is given isn't."""
    if not question.of_resource:
        return
    asked = (
        (pair.resource, answer.situation.layers.resource)
        for row in answers.rows
        for pair, answer in zip(answers.asked.pairs, row.answers, strict=True)
        if answer is not None
    )
    others = {resource for resource, policy in asked if policy is None or policy.name != RESOURCE_POLICY}
    if others:
        yield (
            f"The policy of the resource is not applied on {some(sorted(others))}: there is none there, or it is a "
            "trust policy that the console has read."
        )


def ask_in_turn(
    aws_account: AwsAccount, question: SimulationQuestion, most: int, operator: Operator | None = None
) -> AskedInTurn:
    """The same for a file: memory doesn't grow with the answers, and the first doesn't wait for the last."""
    found = _find(aws_account, question, operator)
    if not isinstance(found, _Found):
        return AskedInTurn(problems=found)
    if found.number > most:
        return AskedInTurn(problems=[*found.problems, ("principal", _too_many(found, most))])
    if not found.number:
        return AskedInTurn(problems=found.problems)
    rows = answer_in_turn(question, found.principals, found.pairs.pairs, found.live, found.after)
    return AskedInTurn(rows, found.problems)


def _find(
    aws_account: AwsAccount, question: SimulationQuestion, operator: Operator | None
) -> _Found | Sequence[Problem]:
    """Only problems where nothing of it can be asked."""
    if problems := refused(question):
        return problems
    live = live_state(aws_account, operator)
    try:
        supposed = supposed_by(live, question.supposed, operator)
    except CantSupposeError as problem:
        return [(problem.field, str(problem))]
    after = supposed_state(live, supposed.changes) if supposed else None
    actions, unknown = expanded(question.actions)
    if len(actions) * len(question.resources) > MOST_PAIRED:
        sentence = f"These are {len(actions):,} actions on {len(question.resources):,} resources: ask of fewer at once."
        return [("action", sentence)]
    pairs = pairs_of(actions, question.resources)
    principals, nobody = principals_of(question, live, *([after] if after else []))
    problems = [("principal", each) for each in nobody]
    problems += [("action", each) for each in (*unknown, *_not_asked(question, pairs))]
    remarks = [sentence for each in actions if (sentence := spelling(each))]
    return _Found(live, after, supposed, principals, pairs, problems, remarks)


def _too_many(found: _Found, most: int) -> str:
    where = "into one file" if found.number > MOST_IN_FILE else "on a page: the file has them all"
    return (
        f"These are {found.number:,} answers, of {len(found.principals):,} principals and {len(found.pairs.pairs):,} "
        f"actions on resources: at most {most:,} go {where}."
    )


def refused(question: SimulationQuestion) -> list[Problem]:
    """Why it is no question, whatever the AWS account has."""
    return [*_too_much(question), *_wrong(question)]


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
    texts = (
        ("session", question.session),
        ("resource_policy", question.of_resource),
        ("document", question.supposed.document),
    )
    for field, text in texts:
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
    documents = (
        ("session", question.session, DocumentType.IDENTITY),
        ("resource_policy", question.of_resource, DocumentType.RESOURCE),
    )
    for field, text, kind in documents:
        if text.strip() and len(text) <= LONGEST_DOCUMENT:
            for problem in _problems(question, text.strip(), kind)[:1]:
                yield field, f"Line {problem.line}, column {problem.column}: {problem.message.removesuffix('.')}."


def _problems(question: SimulationQuestion, text: str, kind: DocumentType) -> Sequence[DocumentProblem]:
    """Policies of repositories have no Resource: they are about the one that they are on.

    Amazon ECR User Guide, "Private repository policies".
    """
    found = problems_of_document(text, kind)
    if kind is DocumentType.RESOURCE and all(each.startswith(_REPOSITORIES) for each in question.resources):
        found = tuple(each for each in found if each.code != _WITHOUT_RESOURCE)
    return found


def _is_arn(text: str) -> bool:
    return text.startswith("arn:") and len(text.split(":", 5)) == 6
