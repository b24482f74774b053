"""What AWS would refuse of a policy that is put on a resource. The pages are in the entries of resources/table/writing.

"Policies and permissions" of each service; of principals, IAM User Guide, "AWS JSON policy elements: Principal".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from aws_constraints.arn import Arn, account_in
from identities.models import IamRole, IamUser
from policies.engine.compiled import CompiledStatement, compiled
from policies.engine.document import DocumentType, parse
from policies.engine.matching import meet
from policies.engine.public_buckets import counts_as_public
from policies.engine.truth import MAYBE, NO, YES
from resources.models import Resource
from resources.operations.blocking import blocked_by, blocks_of
from resources.operations.key_lockout import lockout_findings
from resources.table.keys import KEY
from resources.table.s3 import BUCKET
from resources.table.writing import PolicyWriting
from sync.checks import PlanFinding
from sync.plan_draft import Draft

_VARIABLE = re.compile(r"\$\{[^}]*\}")
_UNIQUE_ID = re.compile(r"A(IDA|ROA)[A-Z0-9]{12,}")
MISSING_RESOURCE = "MISSING_RESOURCE"


def document_findings(draft: Draft, writing: PolicyWriting, row: Resource, document: str) -> list[PlanFinding]:
    """All that can be known before it is sent."""
    found = [*_malformed(writing, document), *_sizes(writing, document)]
    if any(each.severity == "error" for each in found):
        return found
    statements = compiled(document).statements
    found += [*_of_others(writing, row, statements), *principal_findings(draft, document)]
    if writing.of is BUCKET:
        found += _blocked(draft, row, document)
    if writing.of is KEY:
        found += lockout_findings(draft, row, document)
    if writing.refuses_public:
        found += _public(statements)
    return found


def left_out(writing: PolicyWriting) -> frozenset[str]:
    """Codes of findings about documents that don't hold for this kind."""
    return frozenset() if writing.names_resources else frozenset({MISSING_RESOURCE})


def _malformed(writing: PolicyWriting, document: str) -> Iterator[PlanFinding]:
    for problem in parse(document, DocumentType.RESOURCE).problems:
        if problem.code not in left_out(writing):
            yield PlanFinding("MALFORMED_DOCUMENT", "error", str(problem), line=problem.line, column=problem.column)


def _sizes(writing: PolicyWriting, document: str) -> Iterator[PlanFinding]:
    count = len(document.encode())
    if count > writing.longest:
        words = (
            f"The policy has {count:,} bytes with white space; AWS takes {writing.longest:,} of {writing.of.several}."
        )
        yield PlanFinding("DOCUMENT_TOO_LONG", "error", words, field="document")
    if writing.written_with and not re.fullmatch(writing.written_with, document):
        words = f"AWS takes characters up to ÿ (U+00FF) in the policy of a {writing.of.word}; this one has others."
        yield PlanFinding("UNSUPPORTED_CHARACTER", "error", words, field="document")
    statements = len(compiled(document).statements)
    if 0 < writing.most_statements < statements:
        words = f"It has {statements} statements; AWS takes {writing.most_statements} in the policy of a "
        yield PlanFinding("TOO_MANY_STATEMENTS", "error", f"{words}{writing.of.word}.", field="document")


# ---- Of another resource -------------------------------------------------------------------------------------
def _of_others(writing: PolicyWriting, row: Resource, statements: Iterable[CompiledStatement]) -> Iterator[PlanFinding]:
    for each in statements:
        others = [word for word in each.source.resource_words if not _is_within(word, row.arn)]
        if each.not_resources or not others:
            continue
        which = f"Statement {each.sid or each.index + 1}"
        if writing.only_own_resources:
            words = f"{which} names {others[0]}, which isn’t the {writing.of.word} {row.name}: AWS refuses that."
            yield PlanFinding("OTHER_RESOURCE", "error", words, field="document")
        elif len(others) == len(each.source.resource_words):
            words = f"{which} says nothing of the {writing.of.word} {row.name}: it names {others[0]}."
            yield PlanFinding("OTHER_RESOURCE", "warning", words, about=(which, *others), field="document")


def _is_within(pattern: str, arn: str) -> bool:
    """Whether it may mean the resource, or something in it."""
    wide = _VARIABLE.sub("*", pattern)
    return any(meet(wide, each) is not None for each in (arn, f"{arn}/*", f"{arn}:*"))


# ---- Principals ----------------------------------------------------------------------------------------------
def principal_findings(draft: Draft, document: str) -> Iterator[PlanFinding]:
    statements = compiled(document).statements
    named = dict.fromkeys(value for each in statements for kind, value in each.source.principal_words if kind == "AWS")
    for value in named:
        if _UNIQUE_ID.fullmatch(value):
            words = f"It names {value}, which is what AWS writes for somebody who was deleted; AWS refuses that."
            yield PlanFinding("DELETED_PRINCIPAL", "error", words, field="document")
    own = [value for value in named if account_in(value) == draft.aws_account.account_id]
    for arn in _missing(draft, own):
        words = f"The mirror has no {arn}, and AWS refuses a policy that names nobody. If it was just made, pull first."
        yield PlanFinding("PRINCIPAL_NOT_FOUND", "error", words, field="document")


def _missing(draft: Draft, arns: Iterable[str]) -> Iterator[str]:
    """Users and roles of the AWS account itself; of others nobody here says who is there."""
    wanted = [arn for arn in arns if Arn.match(arn, "iam", "user", "role")]
    if not wanted:
        return
    known: set[str] = set()
    for model in (IamUser, IamRole):
        rows = model.objects.live().filter(aws_account=draft.aws_account, arn__in=wanted)
        known |= set(rows.values_list("arn", flat=True))
    yield from (arn for arn in wanted if arn not in known)


# ---- Public --------------------------------------------------------------------------------------------------
def _blocked(draft: Draft, row: Resource, document: str) -> Iterator[PlanFinding]:
    public, blocks = counts_as_public(compiled(document)), blocks_of(draft, row)
    whose, is_on = blocked_by("BlockPublicPolicy", blocks)
    if NO in (public, is_on):
        return
    if public is YES and is_on is YES:
        words = f"AWS takes this policy for public, and {whose} refuses public policies (BlockPublicPolicy). Name whom "
        said = f"{words}it lets in, or turn that setting off first."
        yield PlanFinding("BLOCKED_PUBLIC_POLICY", "error", said, field="document")
    else:
        why = "whether AWS takes it for public" if public is MAYBE else "whether Block Public Access is on"
        words = f"AWS may refuse it: {why} isn’t known here, and BlockPublicPolicy refuses public policies."
        yield PlanFinding("MAY_BE_BLOCKED_PUBLIC_POLICY", "warning", words, about=(row.arn,), field="document")


def _public(statements: Iterable[CompiledStatement]) -> Iterator[PlanFinding]:
    """Of a service that is asked to refuse broad access: without any condition that is beyond doubt."""
    for each in statements:
        principals = each.principals
        if not each.allows or principals is None or not (principals.is_not or "*" in principals.listed):
            continue
        which = f"Statement {each.sid or each.index + 1}"
        if each.tests:
            words = f"{which} lets in everybody, under conditions: AWS refuses it if it takes that for public."
            yield PlanFinding("MAY_BE_BLOCKED_PUBLIC_POLICY", "warning", words, about=(which,), field="document")
        else:
            words = f"{which} lets in everybody. The console asks AWS to refuse public policies here: name who may."
            yield PlanFinding("BLOCKED_PUBLIC_POLICY", "error", words, field="document")
