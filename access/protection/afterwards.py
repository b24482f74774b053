"""What one role holds after the steps of a plan: its policies, its boundary, its trust."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db.models import F

from access.holders import Holder
from access.protection.roles import objects
from accounts.models import AwsAccount
from policies.engine.compiled import compiled
from policies.engine.layers import Policy
from policies.models import PolicyVersion
from sync.operations import Planned


class Afterwards:
    """`untold`: titles of steps on the role of which isn't known what they leave."""

    def __init__(self, aws_account: AwsAccount, holder: Holder, steps: Sequence[Planned]) -> None:
        self._aws_account = aws_account
        self._written: dict[str, str] = {}  # the text in force of policies that the steps have written, by ARN
        self._policies = {policy.name: policy for policy in holder.policies}
        self.boundary = holder.boundary
        self.trust = holder.trust
        self.untold: list[str] = []
        for step in steps:
            self._take(step, holder.arn)

    @property
    def policies(self) -> tuple[Policy, ...]:
        return tuple(self._policies.values())

    def _take(self, step: Planned, role_arn: str) -> None:
        if step.kind in _ON_POLICIES:
            self._write(step)
        elif ("iam.role", role_arn) in objects(step) and step.kind not in _NO_MATTER:
            does = _ON_THE_ROLE.get(step.kind)
            if does is None:
                self.untold.append(step.operation.title(step.params))
            else:
                does(self, step.params)

    def _write(self, step: Planned) -> None:
        text = step.operation.writes(self._aws_account, step.params)
        if text is None or not getattr(step.params, "make_default", True):
            return
        arn = step.params.policy_arn
        self._written[arn] = text
        if arn in self._policies:
            self._policies[arn] = Policy(arn, compiled(text))
        if self.boundary is not None and self.boundary.name == arn:
            self.boundary = Policy(arn, compiled(text))

    def _managed(self, arn: str) -> Policy | None:
        """As it is in force then. None, and said so: the mirror doesn't have it."""
        text = self._written.get(arn)
        if text is None:
            versions = PolicyVersion.objects.filter(
                policy__aws_account=self._aws_account, policy__arn=arn, policy__gone_at=None,
                version_id=F("policy__default_version"),
            )  # fmt: skip
            text = versions.values_list("document__text", flat=True).first()
        if text is None:
            self.untold.append(f"what {arn} says")
            return None
        return Policy(arn, compiled(text))

    # ---- What each kind of step leaves -----------------------------------------------------------------------
    def _attach(self, p: Any) -> None:
        if policy := self._managed(p.policy_arn):
            self._policies[p.policy_arn] = policy

    def _detach(self, p: Any) -> None:
        self._policies.pop(p.policy_arn, None)

    def _put_inline(self, p: Any) -> None:
        self._policies[_inline(p)] = Policy(_inline(p), compiled(p.document))

    def _delete_inline(self, p: Any) -> None:
        self._policies.pop(_inline(p), None)

    def _put_boundary(self, p: Any) -> None:
        self.boundary = self._managed(p.policy_arn)

    def _delete_boundary(self, p: Any) -> None:
        self.boundary = None

    def _delete(self, p: Any) -> None:
        self._policies, self.boundary, self.trust = {}, None, None

    def _update_trust(self, p: Any) -> None:
        self.trust = Policy(self.trust.name if self.trust else "", compiled(p.document))


def _inline(p: Any) -> str:
    """As holders name it."""
    return f"inline policy {p.policy}"


_ON_POLICIES = frozenset({"iam.policy.update", "iam.policy.set_default"})
# They change nothing about what a session that begins after them may do.
_NO_MATTER = frozenset(
    {
        "iam.role.tag", "iam.role.untag", "iam.role.update", "iam.role.revoke_sessions",
        "iam.instance_profile.add_role", "iam.instance_profile.remove_role",
    }
)  # fmt: skip
_ON_THE_ROLE: Mapping[str, Callable[[Afterwards, Any], None]] = {
    "iam.role.attach": Afterwards._attach,
    "iam.role.detach": Afterwards._detach,
    "iam.role.inline.put": Afterwards._put_inline,
    "iam.role.inline.delete": Afterwards._delete_inline,
    "iam.role.boundary.put": Afterwards._put_boundary,
    "iam.role.boundary.delete": Afterwards._delete_boundary,
    "iam.role.trust.update": Afterwards._update_trust,
    "iam.role.delete": Afterwards._delete,
}
