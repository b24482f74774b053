"""The block beside a pasted document that says what it means in the AWS account: by its type, as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from access.index import cached_index
from access.pasted import letting_in, limiting
from access.pasted.named import named_in
from access.plans.effect_blocks import PrincipalLink, principal_link
from access.surroundings import surroundings_of
from accounts.access import may
from accounts.models import AwsAccount
from accounts.roles import SEE_IAM
from policies import draft_blocks
from policies.access_lines import access_lines
from policies.draft_blocks import CheckedDraft, DraftBlock
from policies.engine.compiled import compiled
from policies.engine.document import size
from policies.engine.layers import LayerName
from policies.engine.statements import PolicyDocument, document_in
from policies.engine.structure import DocumentType
from policies.models import OrgAccount
from policies.organizations.selectors import tree_over

MOST_CHARACTERS = 32_768  # AWS KMS Developer Guide, "Resource quotas": no policy of a resource is longer than a key's
MOST_PAIRS = 600  # half a second
SHOWN = 20  # names
_NOTHING = '{"Version": "2012-10-17", "Statement": []}'
_LAYERS = {DocumentType.SCP: LayerName.SCP, DocumentType.RCP: LayerName.RCP}


def said(draft: CheckedDraft) -> Mapping[str, Any] | None:
    """The context of `access/pasted/block.html`. `template` says the rest of it."""
    if size(draft.text) > MOST_CHARACTERS:
        return {"too_long": MOST_CHARACTERS}
    if _pairs(document_in(draft.text)) > MOST_PAIRS:
        return {"too_many": MOST_PAIRS}
    return _SAID[draft.kind](draft)


def _pairs(document: PolicyDocument) -> int:
    """Of a principal and a resource that it names together: the comparison takes the square of that."""
    return sum(max(1, len(each.principal_words)) * max(1, len(each.resource_words)) for each in document.statements)


# ---- Policies of resources, and trust policies -------------------------------------------------------------------
def _letting_in(draft: CheckedDraft) -> Mapping[str, Any]:
    document, others = letting_in.about(document_in(draft.text), draft.resource)
    found, more = letting_in.parties(document, draft.kind, draft.aws_account.account_id, _names(draft))
    return {
        "template": "access/pasted/letting_in.html",
        "kind": draft.kind,
        "resource": draft.resource,
        "parties": found,
        "more": more,
        "others": [each.sid or f"number {each.index + 1}" for each in others],
        "named": named_in(document_in(draft.text), draft.aws_account),
    }


def _names(draft: CheckedDraft) -> letting_in.Named:
    """Of AWS accounts that the operator may see here, or of the organization where they may see that."""
    visible = AwsAccount.objects.visible_to(draft.operator, SEE_IAM)
    names = {each.account_id: f"{each.name}, connected to this console" for each in visible}
    tree = tree_over(draft.aws_account.account_id)
    held_by = tree.held_by if tree and may(draft.operator, SEE_IAM, tree.held_by) else None

    def named(account_id: str) -> str:
        return names.get(account_id) or (_in_organization(held_by, account_id) if held_by else "")

    return named


def _in_organization(held_by: AwsAccount, account_id: str) -> str:
    row = OrgAccount.objects.live().filter(aws_account=held_by, aws_id=account_id).first()
    return f"{row.name}, of the same organization" if row else ""


# ---- Control policies --------------------------------------------------------------------------------------------
def _limiting(draft: CheckedDraft) -> Mapping[str, Any]:
    document, around = compiled(draft.text), surroundings_of(draft.aws_account.account_id)
    found = limiting.limited_by(document, draft.kind, cached_index(draft.aws_account))
    account_id = draft.aws_account.account_id

    def links(holders: Any) -> tuple[list[PrincipalLink], int]:
        shown = [principal_link(each.arn, each.unique_id, account_id) for each in holders[:SHOWN]]
        return shown, max(0, len(holders) - SHOWN)

    return {
        "template": "access/pasted/limiting.html",
        "is_rcp": draft.kind is DocumentType.RCP,
        "lines": access_lines(_NOTHING, draft.text),
        "only_allows": not document.denies,
        "lists": draft.kind is DocumentType.SCP and not document.allows_everything,
        "denies_only": not any(each.allows for each in document.statements),
        "groups": [
            (word, look, icon, *links(holders))
            for word, look, icon, holders in (
                ("Takes something from", "warn", "triangle-alert", found.surely),
                ("May take something from", "", "circle-question-mark", found.perhaps),
                ("Not compared, there are too many", "", "circle-question-mark", found.not_compared),
            )
            if holders
        ],
        "not_read": around.not_read.get(_LAYERS[draft.kind], ""),
    }


_SAID: Mapping[DocumentType, Callable[[CheckedDraft], Mapping[str, Any]]] = {
    DocumentType.TRUST: _letting_in,
    DocumentType.RESOURCE: _letting_in,
    DocumentType.SCP: _limiting,
    DocumentType.RCP: _limiting,
}


def register() -> None:
    title, template = "What it means here", "access/pasted/block.html"
    block = DraftBlock("pasted", title, template, said, 10, lambda draft: draft.is_pasted and draft.kind in _SAID)
    draft_blocks.register(block)
