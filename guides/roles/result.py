"""What stands beside the form: the documents with their sizes and findings, the proof, and the steps to be staged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from guides.roles.answers import RoleAnswers
from guides.roles.documents import laid_out, permissions_of
from guides.roles.invoking import TARGETS
from guides.roles.other_account import other_side
from guides.roles.proof import Proof, prove
from guides.roles.steps import steps_of
from guides.roles.trusting import AccountTrust
from guides.sentences import Sentence
from policies.engine.document import DocumentType, size
from policies.findings import Findings, findings_of
from policies.quotas import INLINE_OF_ROLE, MANAGED_POLICY, TRUST_POLICY, Quota, quotas_of
from sync.operations import StepSpec, registry


@dataclass(frozen=True)
class BuiltDocument:
    """`size`, `most`: in characters, white space not counted."""

    name: str
    title: str
    text: str
    findings: Findings
    size: int
    most: int

    @property
    def is_too_long(self) -> bool:
        return self.size > self.most

    @property
    def marks(self) -> Mapping[int, str]:
        return self.findings.marks


@dataclass(frozen=True)
class RoleResult:
    answers: RoleAnswers
    proof: Proof
    documents: Sequence[BuiltDocument]
    steps: Sequence[str]
    notes: Sequence[str]
    other_side: Sentence | None = None

    @property
    def summary(self) -> str:
        """For a screen reader, when it has changed."""
        unsure = sum(each.state != "yes" for each in self.proof.sentences)
        said = f"{len(self.proof.sentences) - unsure} sentences are proved"
        return f"{said}, {unsure} are not." if unsure else f"{said}."


def result_of(answers: RoleAnswers, may_see: Callable[[str], bool]) -> RoleResult:
    """`may_see`: whether something of another AWS account, by its id, may be told."""
    trust = answers.trust
    other = other_side(answers, trust, may_see) if isinstance(trust, AccountTrust) else None
    notes = [trust.note, _hands_over(answers)]
    return RoleResult(
        answers,
        prove(answers, may_see),
        _documents(answers),
        _titles(steps_of(answers)),
        [each for each in notes if each],
        other,
    )


def _documents(answers: RoleAnswers) -> list[BuiltDocument]:
    found = [_built(answers, "trust", "Trust policy", answers.trust.document(), TRUST_POLICY, DocumentType.TRUST)]
    if permissions := permissions_of(answers):
        quota = MANAGED_POLICY if answers.is_managed else INLINE_OF_ROLE
        title = "Permissions, a managed policy" if answers.is_managed else "Permissions, inline"
        found.append(_built(answers, "permissions", title, permissions, quota))
    if answers.started:
        text = laid_out(answers.started.document(answers.aws_account, answers.arn))
        found.append(_built(answers, "starter", f"What {answers.started.starter.second} may do", text, INLINE_OF_ROLE))
    return found


def _built(
    answers: RoleAnswers,
    name: str,
    title: str,
    text: str,
    quota: Quota,
    kind: DocumentType = DocumentType.IDENTITY,
) -> BuiltDocument:
    most = quotas_of(answers.aws_account)[quota].value
    findings = findings_of(text, kind, answers.aws_account.account_id, most)
    return BuiltDocument(name, title, text, findings, size(text), most)


def _titles(steps: Sequence[StepSpec]) -> list[str]:
    operations = ((registry[step.kind], step.params) for step in steps)
    return [operation.title(operation.parse(params)) for operation, params in operations]


def _hands_over(answers: RoleAnswers) -> str:
    """IAM User Guide, "Grant a user permissions to pass a role to an AWS service"."""
    service = getattr(answers.trust, "principal", "")
    if not service or service not in TARGETS:
        return ""
    return f"Whoever hands the role over needs iam:PassRole on it, with iam:PassedToService {service}."
