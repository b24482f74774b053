"""The AWS account as a proposed change, or a document in the place of one that is in force, would make it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import QuerySet

from access.index import cached_index
from access.plans.planned_account import planned_holders
from access.plans.reading import access_changes_of, read_holdings
from access.simulation.answers import AccountState
from access.simulation.directory import Directory, GroupName, group_names
from access.simulation.question import AsIf, Supposition
from accounts.access import may
from accounts.models import AwsAccount, Operator
from accounts.roles import PROPOSE, SEE_IAM
from aws_constraints.arn import name_of
from policies import draft_subjects
from policies.draft_subjects import POLICY
from policies.drafts import problems_of
from policies.engine.structure import DocumentType
from policies.holdings import ArnChange, ExistenceChange, InlinePolicyChange, ManagedPolicyChange, TrustChange
from policies.models import EditorDraft, ManagedPolicy
from sync.changes.steps import created_ids, planned_step
from sync.models import Change
from sync.operations import AccessChange, BadParams, Refusal

_PLACES = (POLICY, "user", "group", "role")  # whose drafts are of a document in force
_TRUST = "trust"


class CantSupposeError(ValueError):
    """Why it can't be supposed, in a sentence. `field`: of the form, that it is about."""

    def __init__(self, sentence: str, field: str = "of") -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True)
class Supposed:
    """`words`: what is supposed, to stand after "that": "change 12 is applied"."""

    words: str
    changes: Sequence[AccessChange]


def live_state(aws_account: AwsAccount, operator: Operator | None = None) -> AccountState:
    """`operator`: who asks; without one, nothing is told of other AWS accounts, as in what all are told."""
    cached = cached_index(aws_account)
    directory = Directory(cached.index.holders, group_names(aws_account))

    def may_see(account_id: str) -> bool:
        other = AwsAccount.objects.filter(account_id=account_id).first()
        return operator is not None and other is not None and may(operator, SEE_IAM, other)

    return AccountState(aws_account, directory, cached.surroundings, may_see)


def supposed_state(live: AccountState, changes: Sequence[AccessChange]) -> AccountState:
    """As `changes` would leave it, wherever some of them may have been carried out already."""
    mirrored = read_holdings(live.aws_account, changes)
    planned = mirrored.copy()
    planned.apply_all(changes)
    holders = planned_holders(live.directory.holders, mirrored, planned)
    directory = Directory(holders, _groups(live.directory.groups, changes))
    return replace(live, directory=directory)


def _groups(groups: Sequence[GroupName], changes: Sequence[AccessChange]) -> list[GroupName]:
    """With those that are made, under their new ARNs, without those that go."""
    found = {each.arn: each for each in groups}
    for change in changes:
        if isinstance(change, ArnChange) and change.arn in found:
            before = found.pop(change.arn)
            found[change.new_arn] = GroupName(change.new_arn, change.new_arn.rpartition("/")[2], before.unique_id)
        elif isinstance(change, ExistenceChange) and ":group/" in change.arn:
            if change.now:
                found.setdefault(change.arn, GroupName(change.arn, change.arn.rpartition("/")[2], ""))
            else:
                found.pop(change.arn, None)
    return list(found.values())


# ---- What a question supposes --------------------------------------------------------------------------------
def supposed_by(live: AccountState, supposition: Supposition, operator: Operator | None = None) -> Supposed | None:
    """None where nothing is. `operator`: who asks, of whose drafts one may be meant. Raises CantSupposeError."""
    match supposition.kind:
        case AsIf.LIVE:
            return None
        case AsIf.CHANGE:
            return _change(live.aws_account, supposition.of)
        case AsIf.DRAFT:
            return _draft(live.aws_account, operator, supposition.of)
        case AsIf.MANAGED:
            return _managed(live.aws_account, supposition)
        case AsIf.INLINE:
            return _inline(live.directory, supposition)
        case AsIf.TRUST:
            return _trust(live.directory, supposition)


def _change(aws_account: AwsAccount, number: str) -> Supposed:
    change = Change.objects.filter(aws_account=aws_account, pk=int(number)).first() if _is_number(number) else None
    if change is None:
        raise CantSupposeError(f"{aws_account} has no change {number or 'without a number'}.")
    if change.state not in Change.OPEN:
        raise CantSupposeError(f"Change {change.pk} is {change.get_state_display().lower()}: choose an open one.")
    ids = created_ids(change)
    try:
        changes = access_changes_of(aws_account, [planned_step(step, ids) for step in change.steps.all()])
    except (BadParams, KeyError, Refusal) as problem:
        raise CantSupposeError(f"What change {change.pk} does can’t be told any more: plan it again.") from problem
    if not changes:
        raise CantSupposeError(f"Change {change.pk} changes nothing of who has access.")
    return Supposed(f"change {change.pk} is applied", changes)


def drafts_to_suppose(aws_account: AwsAccount, operator: Operator) -> QuerySet[EditorDraft]:
    """The operator's own, of what is there: nobody else reads them, whatever address they are given."""
    if not may(operator, PROPOSE, aws_account):
        return EditorDraft.objects.none()
    found = EditorDraft.objects.filter(aws_account=aws_account, operator=operator, is_beside=False)
    return found.filter(place__in=_PLACES).exclude(aws_id="").order_by("-saved_at")


def _draft(aws_account: AwsAccount, operator: Operator | None, number: str) -> Supposed:
    mine = drafts_to_suppose(aws_account, operator) if operator else EditorDraft.objects.none()
    draft = mine.filter(pk=int(number)).first() if _is_number(number) else None
    if draft is None:
        raise CantSupposeError("You have no such draft: it was staged or discarded, or it is somebody else’s.")
    name = draft.part or str(draft.fields.get("policy", ""))
    kind = POLICY if draft.place == POLICY else _TRUST if draft.action == _TRUST else f"inline_{draft.place}"
    if kind.startswith("inline") and not name:
        raise CantSupposeError("Your draft is of an inline policy without a name yet: give it one in its editor.")
    subject = draft_subjects.find(aws_account, kind, draft.aws_id, name)
    if subject is None:
        raise CantSupposeError(f"What your draft is of, {draft.object_name}, is gone from AWS.")
    text = _document(draft.text, DocumentType.TRUST if kind == _TRUST else DocumentType.IDENTITY, "of")
    return Supposed(f"your draft of {draft.object_name or name} is in force", [subject.with_text(text)])


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


def _managed(aws_account: AwsAccount, said: Supposition) -> Supposed:
    policies = ManagedPolicy.objects.live().filter(aws_account=aws_account)
    by = {"arn": said.of} if said.of.startswith("arn:") else {"name_key": said.of.casefold()}
    policy = policies.filter(**by).order_by("pk").first()
    if policy is None:
        raise CantSupposeError(f"The mirror has no managed policy {said.of!r}.")
    text = _document(said.document, DocumentType.IDENTITY)
    return Supposed(f"this draft of {policy.name} is in force", [ManagedPolicyChange(policy.arn, text)])


def _inline(directory: Directory, said: Supposition) -> Supposed:
    if not said.name:
        raise CantSupposeError("Give the name of the inline policy.", "name")
    owner = _one(directory, said.of)
    text = _document(said.document, DocumentType.IDENTITY)
    words = f"this draft of the inline policy {said.name} of {name_of(owner)} is in force"
    return Supposed(words, [InlinePolicyChange(owner, said.name, text)])


def _trust(directory: Directory, said: Supposition) -> Supposed:
    role = _one(directory, said.of, "role")
    text = _document(said.document, DocumentType.TRUST)
    return Supposed(f"this draft of the trust policy of {name_of(role)} is in force", [TrustChange(role, text)])


def _one(directory: Directory, said: str, kind: str = "") -> str:
    """The ARN of a user, role or group of the AWS account."""
    if not said:
        raise CantSupposeError("Say whose document it is.")
    wanted = f"{kind}/{said}" if kind and "/" not in said and not said.startswith("arn:") else said
    found = directory.own(wanted)
    if found is None or (kind and f":{kind}/" not in found):
        raise CantSupposeError(f"The mirror has no {kind or 'user, role or group'} {said!r}.")
    return found


def _document(text: str, kind: DocumentType, field: str = "document") -> str:
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise CantSupposeError("There is no document.", field)
    if problems := problems_of(text, kind):
        first = problems[0]
        where = f"Line {first.line}, column {first.column}: "
        raise CantSupposeError(f"{where}{first.message}", field)
    return text
