"""Of which type a pasted document is: as somebody says, or as it looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from policies.draft_subjects import NEW_POLICY
from policies.drafts import MOST_SENT
from policies.engine.likely_type import LikelyType, likely_type
from policies.engine.structure import DocumentType

LONGEST_RESOURCE = 2_048  # AWS has no longer ARN
# As what a document of a type is new in the mirror (policies.draft_subjects).
_SUBJECTS = {DocumentType.IDENTITY: NEW_POLICY}


@dataclass(frozen=True)
class PastedType:
    """`said`: None where the document is to be read as it looks. `likely`: None where it has nothing to tell it by."""

    said: DocumentType | None
    likely: LikelyType | None

    @property
    def kind(self) -> DocumentType:
        return self.said or (self.likely.kind if self.likely else DocumentType.IDENTITY)

    @property
    def other(self) -> DocumentType | None:
        """As which it looks, where that is another one than was said. A boundary looks as an identity-based policy."""
        if self.likely is None or self.likely.kind is self.kind:
            return None
        alike = {self.likely.kind, self.kind} <= _ALIKE
        return None if alike else self.likely.kind


_ALIKE = frozenset({DocumentType.IDENTITY, DocumentType.BOUNDARY, DocumentType.SCP})  # none of them names principals


def pasted_type(said: str, text: str) -> PastedType:
    """`said`: what a form or an address has; anything else than a type is as if nothing was said."""
    found = DocumentType(said) if said in list(DocumentType) else None
    return PastedType(found, likely_type(text) if len(text) <= MOST_SENT else None)


def subject_of(kind: DocumentType, resource: str) -> Mapping[str, str]:
    """What `checked_draft` is told."""
    belongs = resource if kind is DocumentType.RESOURCE else ""
    return {"of": _SUBJECTS.get(kind, ""), "pasted": "yes", "resource": belongs[:LONGEST_RESOURCE].strip()}
