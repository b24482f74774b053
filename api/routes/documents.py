"""Policy documents that a program has in its hands: what lint finds, and what access one gives that another doesn't."""

from __future__ import annotations

import json
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import ConfigDict, Discriminator, Field, Tag
from pydantic.config import JsonDict

from accounts.roles import SEE_IAM
from api.errors import Refused
from api.interface import asks
from iamconsole.web.addresses import AddressScope, needs
from policies.engine.diff.report import denial_diff, is_empty, policy_diff
from policies.engine.diff.words import in_words
from policies.engine.document import DocumentType, load
from policies.engine.lint import LintFinding, lint

router = Router(tags=["Documents"])

LONGEST = 131_072  # characters: AWS takes 6,144 of a managed policy, without spaces


def _kind_of(document: Any) -> str | None:
    return "text" if isinstance(document, str) else "object" if isinstance(document, dict) else None


# A document as a text or as an object: a finding's line and column are those of the text.
Document = Annotated[
    Annotated[str, Field(max_length=LONGEST), Tag("text")] | Annotated[dict[str, Any], Tag("object")],
    Discriminator(
        _kind_of, custom_error_type="document", custom_error_message="It must be a policy document: a text or an object"
    ),
    Field(description="The policy document, as a text or as an object."),
]


_EXAMPLE: JsonDict = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}],
}


class LintIn(Schema):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"document": _EXAMPLE}]})
    document: Document
    type: DocumentType = DocumentType.IDENTITY
    aws_account: Annotated[str, Field(pattern=r"^([0-9]{12})?$", description="The AWS account that it is for.")] = ""


class LintOut(Schema):
    code: str
    severity: str
    message: str
    path: str
    line: int
    column: int


class LintAnswer(Schema):
    findings: list[LintOut]


class DiffIn(Schema):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"old": {}, "new": _EXAMPLE}]})
    old: Document
    new: Document


class DiffAnswer(Schema):
    """`allowed`: what access the documents give; `denied`: what they keep others from giving. `gained`, `lost` and
    `undecided` list actions with resources and conditions. `lines`: both in words.
    """

    same: bool
    allowed: dict[str, Any]
    denied: dict[str, Any]
    lines: list[str]


@router.post("/lint", response=LintAnswer, url_name="api_lint", operation_id="lint_document")
@asks(needs(SEE_IAM, scope=AddressScope.ANY))
def lint_document(request: HttpRequest, asked: LintIn) -> LintAnswer:
    """What is wrong, risky or needless in it: docs/findings.md. A document that can't be read has findings, too."""
    found = lint(text_of(asked.document), asked.type, asked.aws_account)
    return LintAnswer(findings=[_said(each) for each in found])


def _said(found: LintFinding) -> LintOut:
    return LintOut(
        code=found.code,
        severity=found.severity,
        message=found.message,
        path=found.path,
        line=found.line,
        column=found.column,
    )


@router.post("/diff", response=DiffAnswer, url_name="api_diff", operation_id="compare_documents")
@asks(needs(SEE_IAM, scope=AddressScope.ANY))
def compare_documents(request: HttpRequest, asked: DiffIn) -> DiffAnswer:
    old, new = read_document("old", asked.old), read_document("new", asked.new)
    allowed, denied = policy_diff(old, new), denial_diff(old, new)
    return DiffAnswer(
        same=is_empty(allowed) and is_empty(denied), allowed=allowed, denied=denied, lines=in_words(allowed, denied)
    )


def text_of(document: str | dict[str, Any]) -> str:
    """Raises Refused where it is longer than any document."""
    text = document if isinstance(document, str) else json.dumps(document, indent=2, ensure_ascii=False)
    if len(text) > LONGEST:
        raise Refused(422, f"A document has {LONGEST:,} characters at most.")
    return text


def read_document(field: str, document: str | dict[str, Any]) -> Any:
    """Raises Refused."""
    found = load(text_of(document))
    if found is None:
        raise Refused(422, f"{field}: this is no policy document: it must be a JSON object.")
    return found
