"""What the user of a key may do, as policies for the role in its place: the same, or only what was used."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from access.least_privilege import Proposal, ProposalOutcome, proposals_of
from aws_constraints.arn import name_of
from identities.models import Attachment, IamRole, IamUser, InlinePolicy, Membership, Principal
from identities.operations import attach, put_boundary, put_inline
from identities.selectors import inline_policies_of
from policies.engine.document import identify
from sync.operations import StepSpec

BOUNDARY = "boundary:"
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
    """What gives the role all of it, with the boundary of the user: also what it has already."""
    steps = [put_boundary(role, user.boundary_arn)] if user.boundary_arn else []
    taken = _inline_of(role)
    for policy in policies:
        if only_used and policy.narrower == "":
            continue
        narrower = policy.narrower if only_used else None
        if narrower is None and policy.arn:
            steps.append(attach(role, policy.arn))
        else:
            text = narrower or policy.text
            steps.append(put_inline(role, _free(policy.name, text, taken), text))
    return steps


def _inline_of(role: IamRole) -> dict[str, str]:
    """The canonical hash of each of its inline policies, by its name, casefolded."""
    rows = InlinePolicy.objects.live().filter(role=role).values_list("name", "document__canonical_hash")
    return {name.casefold(): canonical_hash for name, canonical_hash in rows}


def _free(name: str, text: str, taken: dict[str, str]) -> str:
    """One by which no policy goes that says something else."""
    said = identify(text).canonical_hash
    found, number = name, 1
    while taken.setdefault(found.casefold(), said) != said:
        number += 1
        found = f"{name[:120]}-{number}"
    return found


def token_of(step: StepSpec) -> str:
    """What the role has once the step is done; an inline policy by its name and what it says."""
    if step.kind == "iam.role.inline.put":
        return _token(step.params["policy"], identify(step.params["document"]).canonical_hash)
    prefix = BOUNDARY if step.kind == "iam.role.boundary.put" else ""
    return f"{prefix}{step.params['policy_arn']}"


def held_tokens(role: IamRole) -> set[str]:
    return {
        f"{BOUNDARY}{role.boundary_arn}",
        *Attachment.objects.live().filter(role=role).values_list("arn", flat=True),
        *(_token(name, said) for name, said in _inline_of(role).items()),
    }


def _token(name: str, canonical_hash: str) -> str:
    return f"inline:{name.casefold()}:{canonical_hash}"
