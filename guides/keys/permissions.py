"""What the user of a key may do, as policies for the role in its place: the same, or only what was used."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from access.least_privilege import Proposal, ProposalOutcome, proposals_of
from aws_constraints.arn import name_of
from identities.models import IamRole, IamUser, InlinePolicy, Membership, Principal
from identities.operations import attach, put_boundary, put_inline
from identities.selectors import inline_policies_of
from sync.operations import StepSpec

_OF_USERS = "${aws:username}"


@dataclass(frozen=True)
class GivenPolicy:
    """`arn`: of a managed policy; else `text` is what an inline one says. `narrower`: the text that is left by what was
    used, "" where nothing is; None where that isn't held, or it is all used. `why`: a sentence about that.
    `says`: what it says, as far as the mirror has it.
    """

    name: str
    arn: str = ""
    text: str = ""
    of_group: str = ""
    narrower: str | None = None
    why: str = ""
    says: str = ""

    @property
    def names_user(self) -> bool:
        """A role's session has no aws:username (IAM User Guide, "Where you can use policy variables")."""
        return _OF_USERS in self.says.replace(" ", "")


def policies_of(user: IamUser) -> list[GivenPolicy]:
    """Its own and those of its groups, each once."""
    memberships = Membership.objects.live().filter(user=user, group__gone_at=None).select_related("group__aws_account")
    owners: list[Principal] = [user, *(each.group for each in memberships.order_by("name"))]
    found: dict[tuple[str, str], GivenPolicy] = {}
    for owner in owners:
        texts = {row.name: row for row in inline_policies_of(owner)}
        group = "" if owner is user else owner.name
        for proposal in proposals_of(owner):
            given = _given(proposal, texts, group)
            found.setdefault((given.arn, given.text), given)
    return list(found.values())


def _given(proposal: Proposal, texts: dict[str, InlinePolicy], group: str) -> GivenPolicy:
    name = proposal.policy if proposal.is_inline else name_of(proposal.policy)
    text = texts[proposal.policy].document.text if proposal.is_inline else ""
    arn = "" if proposal.is_inline else proposal.policy
    found = proposal.tightening
    narrower = None
    if proposal.outcome is ProposalOutcome.REMOVE:
        narrower = ""
    elif proposal.outcome is ProposalOutcome.TIGHTEN and found is not None:
        narrower = json.dumps(found.document, indent=2)
    return GivenPolicy(name, arn, text, group, narrower, proposal.why_not, text or json.dumps(proposal.old))


def steps_of(user: IamUser, role: IamRole, policies: Sequence[GivenPolicy], *, only_used: bool) -> list[StepSpec]:
    """What the role gets, with the boundary of the user."""
    bounded = user.boundary_arn and user.boundary_arn != role.boundary_arn
    steps = [put_boundary(role, user.boundary_arn)] if bounded else []
    taken: set[str] = set()
    for policy in policies:
        if only_used and policy.narrower == "":
            continue
        narrower = policy.narrower if only_used else None
        if narrower is None and policy.arn:
            steps.append(attach(role, policy.arn))
        else:
            steps.append(put_inline(role, _free(policy.name, taken), narrower or policy.text))
    return steps


def _free(name: str, taken: set[str]) -> str:
    found, number = name, 1
    while found.casefold() in taken:
        number += 1
        found = f"{name[:120]}-{number}"
    taken.add(found.casefold())
    return found


def tokens_of(steps: Sequence[StepSpec]) -> list[str]:
    """What the role has when they are done: ARNs, and names of inline policies behind "inline:"."""
    given = [step.params["policy_arn"] for step in steps if step.kind == "iam.role.attach"]
    return [*given, *(f"inline:{step.params['policy']}" for step in steps if step.kind == "iam.role.inline.put")]
