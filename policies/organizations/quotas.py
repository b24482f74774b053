"""What AWS Organizations takes of control policies.

AWS Organizations User Guide, "Quotas and service limits for AWS Organizations". On 15 May 2026 AWS raised two of them
for service control policies: ten instead of five on each root, unit and account, of 10,240 instead of 5,120 characters.
"""

from __future__ import annotations

from dataclasses import dataclass

from policies.engine.document import compact, load
from policies.engine.lint.sizes import RCP, SCP
from policies.models import OrgPolicy


@dataclass(frozen=True)
class ControlPolicyQuotas:
    """`characters`: of a document, with its white space. `attached`: to one root, unit or account. `there`: in all.
    `least`: how many have to stay on each root, unit and account."""

    characters: int
    attached: int
    there: int
    least: int = 1


_OF = {
    OrgPolicy.Type.SCP: ControlPolicyQuotas(SCP, 10, 10_000),
    OrgPolicy.Type.RCP: ControlPolicyQuotas(RCP, 5, 1_000),
}
# API Reference, "CreatePolicy": of ASCII characters.
LONGEST_NAME, LONGEST_DESCRIPTION = 128, 512
# User Guide, "RCP evaluation": it is on every root, unit and account, and can't be detached.
FULL_RCP = "p-RCPFullAWSAccess"


def quotas_of_type(policy_type: str) -> ControlPolicyQuotas:
    return _OF[OrgPolicy.Type(policy_type)]


def as_sent(document: str, policy_type: str) -> str:
    """The text, as it was typed where AWS takes it so: it counts white space, and its own console leaves it out."""
    text = document.strip()
    if len(text) <= quotas_of_type(policy_type).characters:
        return text
    parsed = load(text)
    return compact(parsed) if parsed is not None else text
