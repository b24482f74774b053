"""Size limits of documents: IAM User Guide, "IAM and AWS STS quotas"; Organizations User Guide, "Quotas for AWS
Organizations". Of resources: Amazon S3 User Guide, "Bucket policies" (20 KB, as those of Lambda and Secrets Manager
are); Amazon SQS Developer Guide, "Amazon SQS policy quotas"; AWS KMS Developer Guide, "Resource quotas".
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from functools import partial

from policies.engine.document import size
from policies.engine.lint.checks import (
    OF_IDENTITIES,
    FindingMark,
    OfDocument,
    Severity,
    document_check,
    put_first,
    register,
)
from policies.engine.lint.subject import LintSubject
from policies.engine.structure import DocumentType
from policies.engine.variables import VERSION_WITH_VARIABLES

MANAGED, TRUST, RESOURCE = 6_144, 2_048, 20_480
SCP, RCP = 10_240, 5_120  # policies/organizations/quotas.py says since when
_BY_SERVICE = {"sqs": 8_192, "kms": 32_768}


def _too_long(most: int, subject: LintSubject) -> Iterator[FindingMark]:
    characters = size(subject.text) if subject.kind.is_kept_by_iam else len(subject.text.strip())
    if subject.kind is DocumentType.RESOURCE:
        most = of_resource({service for statement in subject.statements for service in statement.services})
    else:
        most = subject.most or most
    if characters > most:
        counted = ", white space left out" if subject.kind.is_kept_by_iam else ""
        severity = None if subject.most is None else Severity.ERROR  # what this AWS account takes, and no more
        yield FindingMark(f"{characters:,} characters{counted}: the quota is {most:,}.", (), severity=severity)


def of_resource(services: Set[str]) -> int:
    """The characters of a resource-based policy, by the one service whose actions it names."""
    return _BY_SERVICE.get(next(iter(services)), RESOURCE) if len(services) == 1 else RESOURCE


OF_ANY_LENGTH: set[OfDocument] = set()
CODES: set[str] = set()
for _code, _severity, _kinds, _most, _what in (
    ("IDENTITY_POLICY", Severity.WARNING, OF_IDENTITIES, MANAGED, "managed policies"),
    (
        "RESOURCE_POLICY",
        Severity.WARNING,
        {DocumentType.RESOURCE},
        RESOURCE,
        "the policies of buckets (SQS: 8,192, KMS: 32,768)",
    ),
    ("ROLE_TRUST_POLICY", Severity.WARNING, {DocumentType.TRUST}, TRUST, "trust policies"),
    ("SCP", Severity.ERROR, {DocumentType.SCP}, SCP, "SCPs"),
    ("RCP", Severity.ERROR, {DocumentType.RCP}, RCP, "RCPs"),
):
    _run = partial(_too_long, _most)
    OF_ANY_LENGTH.add(_run)
    _sentence = f"More than {_most:,} characters, the quota of {_what}."
    _code = f"POLICY_SIZE_EXCEEDS_{_code}_QUOTA"
    CODES.add(_code)
    register(_code, _severity, _sentence, _kinds, _run)


@document_check("MISSING_VERSION", Severity.WARNING, "No Version: AWS reads the document as of 2008.")
def missing_version(subject: LintSubject) -> Iterator[FindingMark]:
    if "Version" not in subject.document.written:
        message = "Version is missing: variables are read as plain text. Add it."
        yield FindingMark(message, (), make_fix=put_first("Version", VERSION_WITH_VARIABLES))
