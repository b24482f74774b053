"""What kind of document a control policy is."""

from __future__ import annotations

from policies.engine.structure import DocumentType
from policies.models import OrgPolicy

_DOCUMENTS = {OrgPolicy.Type.SCP: DocumentType.SCP, OrgPolicy.Type.RCP: DocumentType.RCP}


def document_type(policy: OrgPolicy) -> DocumentType:
    return type_of_document(policy.type)


def type_of_document(policy_type: str) -> DocumentType:
    """`policy_type`: of `OrgPolicy.Type`."""
    return _DOCUMENTS[OrgPolicy.Type(policy_type)]
