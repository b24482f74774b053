"""What guard rails look at: who has which policies, trust and credentials, as it is or as a plan would leave it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from access.plans.control_policies import AccountLimits
from access.plans.holdings import NOTHING, Owner, PrincipalHoldings
from access.plans.reading import PlannedHoldings, read_holdings
from access.surroundings import surroundings_of
from accounts.models import AwsAccount
from identities.models import AccessKey, IamGroup, IamRole, IamUser, LoginProfile
from identities.models.credentials import Credential, ServiceCredential, SigningCertificate, SshKey
from policies.engine.structure import DocumentType
from policies.holdings import DEVICE, PASSWORD, CredentialFact, ExistenceChange, ManagedPolicyChange
from policies.models import ManagedPolicy
from sync.operations import AccessChange

AWS_MANAGED = ":iam::aws:policy/"
_KEPT_BY_AWS = (":role/aws-service-role/", ":role/aws-reserved/")

# Usable credentials: of each user the kinds, and of each kind the ids.
Credentials = Mapping[str, Mapping[str, frozenset[str]]]


def is_kept_by_aws(arn: str) -> bool:
    """A role that AWS makes and changes itself: nobody gives it a boundary or other policies."""
    return any(path in arn for path in _KEPT_BY_AWS)


@dataclass(frozen=True)
class HeldDocument:
    """A document of the AWS account itself. `arn`: of the policy, or of whoever has it inline or as a trust policy."""

    arn: str
    aws_id: str
    name: str  # of an inline policy
    kind: DocumentType
    text: str

    @property
    def key(self) -> tuple[str, ...]:
        return (self.aws_id or self.arn, self.kind.value, self.name)


@dataclass(frozen=True)
class RailState:
    """`holdings`: of all, or of those whom a plan touches. `policy_ids`: AWS's ids by the ARNs of managed policies."""

    aws_account: AwsAccount
    holdings: PrincipalHoldings
    credentials: Credentials = field(default_factory=dict)
    policy_ids: Mapping[str, str] = field(default_factory=dict)

    @property
    def owners(self) -> Iterator[Owner]:
        yield from (owner for _, owner in sorted(self.holdings.owners.items()))

    @property
    def roles(self) -> Iterator[Owner]:
        """Without those that AWS keeps."""
        yield from (each for each in self.owners if ":role/" in each.arn and not is_kept_by_aws(each.arn))

    @cached_property
    def limits(self) -> AccountLimits:
        """What control policies leave to each."""
        return AccountLimits(surroundings_of(self.aws_account.account_id))

    def documents(self) -> Iterator[HeldDocument]:
        for arn, text in sorted(self.holdings.documents.items()):
            if AWS_MANAGED not in arn and text != NOTHING:
                yield HeldDocument(arn, self.policy_ids.get(arn, ""), "", DocumentType.IDENTITY, text)
        for owner in self.owners:
            for name, text in sorted(owner.inline.items()):
                yield HeldDocument(owner.arn, owner.aws_id, name, DocumentType.IDENTITY, text)
            if owner.trust and not is_kept_by_aws(owner.arn):
                yield HeldDocument(owner.arn, owner.aws_id, "", DocumentType.TRUST, owner.trust)


# ---- As a plan has it -------------------------------------------------------------------------------------------
def planned_states(
    aws_account: AwsAccount, planned: PlannedHoldings, named: Collection[str] = ()
) -> tuple[RailState, RailState]:
    """Before and after. `named`: ARNs of policies whose ids are asked for beside those of the plan."""
    facts = [each for each in (*planned.changes, *planned.undone) if isinstance(each, CredentialFact)]
    mirrored = read_credentials(aws_account, {fact.owner_arn for fact in facts}) if facts else {}
    before = _with(mirrored, planned.undone)
    ids = _policy_ids(aws_account, {*planned.before.documents, *planned.after.documents, *named})
    return (
        RailState(aws_account, planned.before, before, ids),
        RailState(aws_account, planned.after, _with(before, planned.changes), ids),
    )


def _with(credentials: Credentials, changes: Sequence[AccessChange]) -> Credentials:
    found = {arn: {kind: set(ids) for kind, ids in kinds.items()} for arn, kinds in credentials.items()}
    for number, change in enumerate(changes):
        if isinstance(change, ExistenceChange) and not change.now:
            found.pop(change.arn, None)
        elif isinstance(change, CredentialFact) and change.kind != DEVICE:
            ids = found.setdefault(change.owner_arn, {}).setdefault(change.kind, set())
            if not change.now:
                ids.discard(change.id)
            elif not change.new:
                ids.add(change.id or ("" if change.kind == PASSWORD else f"new {number}"))
    return {arn: {kind: frozenset(ids) for kind, ids in kinds.items()} for arn, kinds in found.items()}


# ---- As the mirror has it ---------------------------------------------------------------------------------------
_OWNERS = (IamUser, IamGroup, IamRole)
KEY = "access key"
_KINDS: Mapping[str, type[Credential]] = {
    KEY: AccessKey,
    PASSWORD: LoginProfile,
    "signing certificate": SigningCertificate,
    "SSH key": SshKey,
    "service credential": ServiceCredential,
}


def mirrored_state(aws_account: AwsAccount) -> RailState:
    """Everything: for what looks at an AWS account as a whole."""
    live = {"aws_account": aws_account, "gone_at": None}
    arns = [arn for model in _OWNERS for arn in model.objects.filter(**live).values_list("arn", flat=True)]
    policies = dict(ManagedPolicy.objects.filter(**live).values_list("arn", "aws_id"))
    named = [ExistenceChange(arn, now=True) for arn in arns]
    changing = [ManagedPolicyChange(arn, None) for arn in policies]
    holdings = read_holdings(aws_account, [*named, *changing])
    return RailState(aws_account, holdings, read_credentials(aws_account, None), policies)


def read_credentials(aws_account: AwsAccount, arns: Collection[str] | None) -> Credentials:
    """The active ones, of these users, or of all (None)."""
    found: defaultdict[str, dict[str, frozenset[str]]] = defaultdict(dict)
    for kind, model in _KINDS.items():
        rows = model._default_manager.filter(
            aws_account=aws_account, gone_at=None, status=Credential.Status.ACTIVE, user__gone_at=None
        )
        rows = rows if arns is None else rows.filter(user__arn__in=arns)
        for arn, aws_id in rows.values_list("user__arn", "aws_id"):
            of_kind = found[arn].get(kind, frozenset())
            found[arn][kind] = of_kind | {"" if kind == PASSWORD else aws_id}
    return found


def _policy_ids(aws_account: AwsAccount, arns: Collection[str]) -> Mapping[str, str]:
    rows = ManagedPolicy.objects.filter(aws_account=aws_account, gone_at=None, arn__in=arns)
    return dict(rows.values_list("arn", "aws_id"))
