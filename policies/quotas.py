"""What AWS allows of an AWS account: its quotas as the last pull saw them, else as AWS documents them.

IAM API Reference, "GetAccountSummary"; IAM User Guide, "IAM and AWS STS quotas".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from accounts.models import AwsAccount
from iamconsole.web.once import once_a_page
from policies.engine.document import DocumentType, size
from sync.checks import PlanFinding
from sync.mirror.base import mirror_of
from sync.plan_draft import Draft

SUMMARY = ("iam.account", "summary")  # the kind and the facet of what is mirrored of GetAccountSummary


@dataclass(frozen=True)
class Quota:
    """`most`: up to where AWS raises it on request; None where no end of it is documented."""

    name: str  # as AWS's account summary has it
    usual: int  # what AWS documents
    most: int | None

    @property
    def is_fixed(self) -> bool:
        return self.most == self.usual


def _fixed(name: str, usual: int) -> Quota:
    return Quota(name, usual, usual)


# Of an AWS account.
USERS = _fixed("UsersQuota", 5_000)
GROUPS = Quota("GroupsQuota", 300, 500)
ROLES = Quota("RolesQuota", 1_000, 5_000)
POLICIES = Quota("PoliciesQuota", 1_500, None)
INSTANCE_PROFILES = Quota("InstanceProfilesQuota", 1_000, 5_000)
SERVER_CERTIFICATES = Quota("ServerCertificatesQuota", 20, 1_000)
# Of one object.
ATTACHED_TO_USER = Quota("AttachedPoliciesPerUserQuota", 10, None)
ATTACHED_TO_GROUP = _fixed("AttachedPoliciesPerGroupQuota", 10)
ATTACHED_TO_ROLE = Quota("AttachedPoliciesPerRoleQuota", 10, None)
GROUPS_OF_USER = _fixed("GroupsPerUserQuota", 10)
KEYS_OF_USER = _fixed("AccessKeysPerUserQuota", 2)
CERTIFICATES_OF_USER = _fixed("SigningCertificatesPerUserQuota", 2)
VERSIONS_OF_POLICY = _fixed("VersionsPerPolicyQuota", 5)
# Characters, white space not counted: of one policy, or of all inline policies of one owner.
MANAGED_POLICY = _fixed("PolicySizeQuota", 6_144)
TRUST_POLICY = Quota("AssumeRolePolicySizeQuota", 2_048, 4_096)
INLINE_OF_USER = _fixed("UserPolicySizeQuota", 2_048)
INLINE_OF_GROUP = _fixed("GroupPolicySizeQuota", 5_120)
INLINE_OF_ROLE = _fixed("RolePolicySizeQuota", 10_240)
OF_DOCUMENTS = {
    quota.name: quota for quota in (MANAGED_POLICY, TRUST_POLICY, INLINE_OF_USER, INLINE_OF_GROUP, INLINE_OF_ROLE)
}


@dataclass(frozen=True)
class AppliedQuota:
    """A quota in an AWS account. `applied`: its value in AWS's summary at the last pull; None: not pulled yet."""

    quota: Quota
    applied: int | None

    @property
    def value(self) -> int:
        return self.quota.usual if self.applied is None else self.applied

    @property
    def is_sure(self) -> bool:
        """AWS takes no more, whatever it was asked for."""
        return self.applied is not None or self.quota.is_fixed

    @property
    def words(self) -> str:
        """ "10 (GroupsPerUserQuota)", to follow "AWS allows"."""
        more = ""
        if self.applied is None and not self.quota.is_fixed:
            more = f"; {f'up to {self.quota.most:,}' if self.quota.most else 'more'} where that was asked for"
        return f"{self.value:,} ({self.quota.name}{more})"

    def findings(self, wanted: int, code: str, so_many: str, fix: str = "") -> list[PlanFinding]:
        """What there is to say to `wanted` of it: none where it fits.

        `so_many`: a sentence's beginning, such as "10 policies are attached to the group analytics". It is a warning
        where AWS may have raised the quota, and nobody has pulled it yet.
        """
        if wanted <= self.value:
            return []
        may_be_more = self.applied is None and (self.quota.most is None or wanted <= self.quota.most)
        words = f"{so_many}; AWS allows {self.words}{fix and ': '}{fix}."
        return [PlanFinding(code, "warning" if may_be_more else "error", words, about=(), amount=wanted)]

    def too_long(self, document: str) -> list[PlanFinding]:
        """Of a quota of characters."""
        counted = size(document)
        words = f"The document has {counted:,} characters without white space"
        return self.findings(counted, "DOCUMENT_TOO_LONG", words)


@dataclass(frozen=True)
class Quotas:
    """Those of one AWS account. `summary`: AWS's counters and quotas, by its names; empty before the first pull."""

    summary: Mapping[str, int]

    def __getitem__(self, quota: Quota) -> AppliedQuota:
        return AppliedQuota(quota, self.summary.get(quota.name))

    def of_document(self, kind: DocumentType) -> AppliedQuota:
        """The characters of one that IAM keeps by itself."""
        return self[TRUST_POLICY if kind is DocumentType.TRUST else MANAGED_POLICY]


@once_a_page
def quotas_of(aws_account: AwsAccount) -> Quotas:
    model = mirror_of(*SUMMARY).model
    found = model.objects.filter(aws_account=aws_account).values_list("summary", flat=True).first()
    return Quotas(found or {})


def quotas_in(draft: Draft) -> Quotas:
    """Looked up once for all steps of a plan."""
    return draft.once(SUMMARY, lambda: quotas_of(draft.aws_account))
