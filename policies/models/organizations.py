"""The organization that an AWS account is in, as far as the account may read it: tree, accounts, SCPs and RCPs.

Only the management account and delegated administrators read it; what one such AWS account holds serves all members.
"""

from __future__ import annotations

from django.db import models

from policies.models.documents import Document
from sync.models import MirroredRow


class Organization(MirroredRow):
    """That there is one, every member may know (`DescribeOrganization`). Its name is its id: it has no other."""

    kind = "org.organization"

    management_id = models.CharField("management account", max_length=12)
    all_features = models.BooleanField(default=True)  # without them there are no control policies
    delegated = models.BooleanField(default=False)  # volatile: this AWS account is not the manager, and may read it


class OrgNode(MirroredRow):
    """A place of the tree: what policies are attached to."""

    parent_id = models.CharField(max_length=68, blank=True)  # the unit above, by AWS's id; "" at the root

    class Meta(MirroredRow.Meta):
        abstract = True


class OrgUnit(OrgNode):
    """The root or an organizational unit."""

    kind = "org.unit"

    path = models.CharField(max_length=600)  # as aws:PrincipalOrgPaths has it: o-…/r-…/ou-…/
    policy_types = models.JSONField(default=list, blank=True)  # of the root: the types that are switched on

    class Meta(OrgNode.Meta):
        verbose_name = "organizational unit"

    @property
    def is_root(self) -> bool:
        return not self.parent_id


class OrgAccount(OrgNode):
    """A member, or the management account. Its e-mail address is somebody's: it is not kept."""

    kind = "org.account"
    searched = ("name", "aws_id")

    state = models.CharField(max_length=24, blank=True)  # AWS's word: ACTIVE, SUSPENDED, CLOSED …
    invited = models.BooleanField(default=False)  # it was there before it joined
    joined_at = models.DateTimeField(null=True)

    class Meta(OrgNode.Meta):
        verbose_name = "account of the organization"
        verbose_name_plural = "accounts of the organization"


class OrgPolicy(MirroredRow):
    """A service control policy or a resource control policy."""

    class Type(models.TextChoices):
        SCP = "SERVICE_CONTROL_POLICY", "Service control policy"
        RCP = "RESOURCE_CONTROL_POLICY", "Resource control policy"

    kind = "org.policy"
    searched = ("name", "aws_id")

    type = models.CharField(max_length=32, choices=Type)
    description = models.CharField(max_length=512, blank=True)
    is_aws = models.BooleanField("made by AWS", default=False)
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")

    class Meta(MirroredRow.Meta):
        verbose_name = "control policy"
        verbose_name_plural = "control policies"


class OrgTarget(MirroredRow):
    """A policy attached to the root, a unit or an account; `name` is that of the target."""

    kind = "org.target"

    policy = models.ForeignKey(OrgPolicy, models.PROTECT, related_name="targets")
    target_id = models.CharField(max_length=68, db_index=True)  # of the `OrgUnit` or `OrgAccount`, by AWS's id
