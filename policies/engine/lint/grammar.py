"""What reading the document finds: no JSON; elements that are wrong, missing or misplaced. See structure.py."""

from __future__ import annotations

from policies.engine.document import DUPLICATE_NAME, UNSUPPORTED_CHARACTER, DocumentProblem, ParsedDocument
from policies.engine.lint.findings import MakeFix, Severity
from policies.engine.lint.fixes import replaced
from policies.engine.lint.registry import EVERY, OF_IDENTITIES, WITH_PRINCIPALS, register
from policies.engine.structure import VERSIONS, DocumentType

_OF_IAM = frozenset(kind for kind in DocumentType if kind.is_kept_by_iam)
_WITH_RESOURCES = frozenset(kind for kind in DocumentType if kind.names_resources)

for _code, _sentence, _kinds in (
    ("JSON_SYNTAX_ERROR", "The text is no JSON.", EVERY),
    (UNSUPPORTED_CHARACTER, "IAM takes Latin-1 without most control characters, and nothing else.", EVERY),
    (DUPLICATE_NAME, "A name is given twice in an object: only the last one would count.", EVERY),
    ("DATA_TYPE_MISMATCH", "An element has a value of a JSON type that it can't have.", EVERY),
    ("INVALID_VERSION", "Version is neither 2012-10-17 nor 2008-10-17.", EVERY),
    ("MISSING_STATEMENT", "The document has no Statement.", EVERY),
    ("INVALID_POLICY_ELEMENT", "An element that policies don't have.", EVERY),
    ("MISSING_EFFECT", "A statement without Effect.", EVERY),
    ("INVALID_EFFECT", "Effect is neither Allow nor Deny.", EVERY),
    ("MISSING_ACTION", "A statement without Action and NotAction.", EVERY),
    ("MISSING_RESOURCE", "A statement without Resource and NotResource.", _WITH_RESOURCES),
    ("MISSING_PRINCIPAL", "A statement without Principal and NotPrincipal.", WITH_PRINCIPALS),
    ("UNSUPPORTED_ELEMENT_COMBINATION", "A statement with an element and its Not… form.", EVERY),
    ("UNSUPPORTED_PRINCIPAL", "Principal or NotPrincipal in a policy of an identity.", OF_IDENTITIES),
    ("SCP_SYNTAX_ERROR_PRINCIPAL", "Principal or NotPrincipal in an SCP.", {DocumentType.SCP}),
    ("ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE", "Resource or NotResource in a trust policy.", {DocumentType.TRUST}),
    ("INVALID_PRINCIPAL_FORMAT", 'Principal is neither "*" nor an object.', WITH_PRINCIPALS),
    ("INVALID_PRINCIPAL_KEY", "A kind of principal that AWS doesn't have.", WITH_PRINCIPALS),
    ("UNSUPPORTED_SID", "A Sid with other characters than letters and digits.", _OF_IAM),
    ("UNIQUE_SIDS_REQUIRED", "Two statements with the same Sid.", _OF_IAM),
):
    register(_code, Severity.ERROR, _sentence, _kinds)

register("UNIQUE_SIDS_RECOMMENDED", Severity.WARNING, "Two statements with the same Sid.", EVERY - _OF_IAM)


def fix_of(parsed: ParsedDocument, problem: DocumentProblem) -> MakeFix | None:
    """Where it is clear what was meant."""
    if problem.code == "INVALID_VERSION":
        return replaced(problem.place, VERSIONS[0])
    if problem.code == "INVALID_EFFECT":
        start, end = parsed.places.span_of(problem.place)
        meant = parsed.text[start:end].strip('"').capitalize()
        return replaced(problem.place, meant) if meant in ("Allow", "Deny") else None
    return None
