"""Least privilege: a tab of users, groups and roles."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from access.least_privilege import Proposal, ProposalOutcome, proposals_of
from iamconsole.web.diff import DiffLine, document_diff
from objects.object_pages import ObjectPages, fetch_row, render_tab
from policies.edited_objects import fetch_edited
from policies.models import ManagedPolicy
from policies.views.starting import begin

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

    @property
    def can_be_used(self) -> bool:
        return self.proposal.outcome is ProposalOutcome.TIGHTEN

    @property
    def ends_by(self) -> str:
        """The action that takes away a policy of which nothing was used; "" for another."""
        if self.proposal.outcome is not ProposalOutcome.REMOVE:
            return ""
        return "inline-delete" if self.proposal.is_inline else "detach"


@require_GET
def least_privilege(request: HttpRequest, account_id: str, aws_id: str, kind: ObjectPages) -> HttpResponse:
    row = fetch_row(request, kind, account_id, aws_id)
    kwargs = {"account_id": account_id, "aws_id": aws_id}
    context = {
        "shown": [ProposalView.of(proposal) for proposal in proposals_of(row)],
        "use_url": reverse(f"{kind.name}_{LEAST_PRIVILEGE}_use", kwargs=kwargs),
        "action_name": f"{kind.name}_action",
    }
    template = "access/least_privilege.html"
    return render_tab(request, kind, row, tab=LEAST_PRIVILEGE, template=template, context=context)


@require_POST
def use_proposal(request: HttpRequest, account_id: str, aws_id: str, kind: ObjectPages) -> HttpResponse:
    """The proposal for a policy becomes the operator's draft of it; the editor says what would be lost."""
    row = fetch_row(request, kind, account_id, aws_id)
    proposal = next((each for each in proposals_of(row) if each.policy == request.POST.get("policy")), None)
    if proposal is None or proposal.outcome is not ProposalOutcome.TIGHTEN or proposal.tightening is None:
        raise Http404("There is no proposal for it any more.")
    asked = {"place": kind.name, "aws_id": row.aws_id, "action": "inline", "part": proposal.policy}
    if not proposal.is_inline:
        policies = ManagedPolicy.objects.live().filter(aws_account=row.aws_account, arn=proposal.policy)
        asked = {"place": "policy", "aws_id": policies.values_list("aws_id", flat=True)[0], "action": "edit"}
    text = json.dumps(proposal.tightening.document, indent=2, ensure_ascii=False)
    return begin(request, fetch_edited(request, row.aws_account, asked), text)
