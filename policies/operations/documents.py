"""What AWS would refuse of a document that a step writes, and the documents that the mirror knows."""

from __future__ import annotations

from policies.engine.document import DocumentType, parse
from policies.models import Document
from sync.checks import PlanFinding


def malformed(document: str, kind: DocumentType = DocumentType.IDENTITY) -> list[PlanFinding]:
    return [
        PlanFinding("MALFORMED_DOCUMENT", "error", str(problem), line=problem.line, column=problem.column)
        for problem in parse(document, kind).problems
    ]


def text_of(canonical_hash: str | None) -> str | None:
    """A text of the document with this meaning; None when the mirror never saw one."""
    found = Document.objects.filter(canonical_hash=canonical_hash).order_by("-pk").first() if canonical_hash else None
    return found.text if found else None
