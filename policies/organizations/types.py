"""What kind of document a control policy is."""

from __future__ import annotations

from policies.engine.structure import DocumentType
from policies.models import OrgPolicy

_DOCUMENTS = {OrgPolicy.Type.SCP: DocumentType.SCP, OrgPolicy.Type.RCP: DocumentType.RCP}


def document_type(policy: OrgPolicy) -> DocumentType:
    return _DOCUMENTS[OrgPolicy.Type(policy.type)]
