"""Least privilege: a tab of users, groups and roles."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from access.least_privilege import Proposal, ProposalOutcome, proposals_of
from iamconsole.web.diff import DiffLine, document_diff
from objects.object_pages import ObjectPages, fetch_row, render_tab

LEAST_PRIVILEGE = "least_privilege"
_WORDS = {
    ProposalOutcome.TIGHTEN: "Can be narrower",
    ProposalOutcome.KEEP: "No unused permissions found",
    ProposalOutcome.REMOVE: "Nothing of it was used",
    ProposalOutcome.NONE: "No proposal",
}


@dataclass(frozen=True)
class ProposalView:
    """A proposal as the page has it. `lines` is the difference of the documents."""

    proposal: Proposal
    words: str
    lines: list[DiffLine]

    @classmethod
    def of(cls, proposal: Proposal) -> ProposalView:
        lines: list[DiffLine] = []
        if proposal.outcome is ProposalOutcome.TIGHTEN and proposal.tightening:
            lines = document_diff(json.dumps(proposal.old), json.dumps(proposal.tightening.document))
        return cls(proposal, _WORDS[proposal.outcome], lines)

    @property
    def name(self) -> str:
        """An inline policy's own, or that in the ARN."""
        return self.proposal.policy if self.proposal.is_inline else self.proposal.policy.rpartition("/")[2]


@require_GET
def least_privilege(request: HttpRequest, account_id: str, aws_id: str, kind: ObjectPages) -> HttpResponse:
    row = fetch_row(request, kind, account_id, aws_id)
    context = {"shown": [ProposalView.of(proposal) for proposal in proposals_of(row)]}
    template = "access/least_privilege.html"
    return render_tab(request, kind, row, tab=LEAST_PRIVILEGE, template=template, context=context)
