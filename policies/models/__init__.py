"""What `policies` keeps: documents, managed policies, and organizations with their control policies."""

from policies.models.documents import Document, ManagedPolicy, PolicyVersion
from policies.models.organizations import OrgAccount, Organization, OrgPolicy, OrgTarget, OrgUnit

__all__ = [
    "Document",
    "ManagedPolicy",
    "OrgAccount",
    "OrgPolicy",
    "OrgTarget",
    "OrgUnit",
    "Organization",
    "PolicyVersion",
]
