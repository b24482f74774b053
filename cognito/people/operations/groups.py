"""Who is in which group. The part is {"sub", "group": the id of the group, "member"}.

Of putting somebody into one also "role", the ARN that the group carries: a group that got one since is another thing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from accounts.models import AwsAccount
from cognito.models import CognitoGroup, CognitoMembership, CognitoUser
from cognito.people.guarded import describe_role, why_guarded_group
from cognito.people.mirrors.person import GROUPS_OF_PERSON, names_of_groups
from cognito.people.operations.base import PersonOperation, PersonParams, person_ref
from cognito.permissions import SET_ATTRIBUTES
from cognito.pools.operations.base import GroupMemberRoleFact, child_key
from cognito.pools.operations.shapes import GROUP
from policies.holdings import RoleTakingChange
from sync.aws.client import AwsClient
from sync.aws.errors import NotFound
from sync.checks import PlanFinding
from sync.mirror import mirror_of
from sync.object_ref import ObjectRef
from sync.operation_mixins import ReadsAccessOffPlan
from sync.operations import (
    AccessChange,
    BadParams,
    Call,
    PlannedStep,
    PreviousAttempt,
    Refusal,
    StepResult,
    StepSpec,
    Value,
)
from sync.placeholders import is_placeholder
from sync.plan_draft import Draft

# "Quotas in Amazon Cognito": groups that a person can be in; can't be raised.
MOST_GROUPS = 100
_SETS_ROLE = (GROUP.kind, "cognito.group.create")


@dataclass(frozen=True)
class PersonInGroupParams(PersonParams):
    group: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.group:
            raise BadParams("The name of the group is missing.")


class PersonInGroupOperation(PersonOperation[PersonInGroupParams]):
    leaves: ClassVar[bool]  # a member, afterwards
    opposite: ClassVar[str]
    params_type = PersonInGroupParams
    needed_for = SET_ATTRIBUTES

    def gives(self, draft: Draft, p: PersonInGroupParams) -> str:
        return why_guarded_group(draft, p.pool_arn, p.group)

    def calls(self, p: PersonInGroupParams) -> list[Call]:
        return self.sent(p, Username=p.called, GroupName=p.group)

    def objects(self, p: PersonInGroupParams) -> list[str]:
        return [*super().objects(p), child_key(GROUP, p.pool_arn, p.group)]

    def part(self, p: PersonInGroupParams) -> str:
        return f"person.group:{p.pool_id}/{p.sub} {p.group}"

    def affected_objects(self, aws_account: AwsAccount, p: PersonInGroupParams) -> list[ObjectRef]:
        groups = ObjectRef(CognitoUser.kind, p.sub, p.known_as, p.pool_arn, p.region, GROUPS_OF_PERSON.source)
        return [person_ref(p), groups]

    def describe(self, value: Value) -> str:
        if value is None:
            return "nobody of that sub, or no such group"
        which = f" of a group that carries the role {role.rpartition('/')[2]}" if (role := value.get("role")) else ""
        return f"{'a' if value['member'] else 'no'} member{which}"

    def group(self, draft: Draft, p: PersonInGroupParams) -> CognitoGroup:
        """Raises Refusal."""
        key = (CognitoGroup, p.pool_arn, p.group)
        if key not in draft.remembered:
            self._prefetch_groups(draft, [p])
        group: CognitoGroup | None = draft.remembered[key]
        if group is None:
            raise Refusal(f"The mirror has no group {p.group} in {p.pool_id}: pull, then try again.", field="group")
        return group

    def prefetch(self, draft: Draft, params: Sequence[PersonInGroupParams]) -> None:
        super().prefetch(draft, params)
        self._prefetch_groups(draft, params)
        subs = {p.sub for p in params if (CognitoMembership, p.sub) not in draft.remembered}
        found: dict[str, set[int]] = {sub: set() for sub in subs}
        held = CognitoMembership.objects.filter(
            user__aws_account=draft.aws_account, user__aws_id__in=subs, gone_at__isnull=True
        )
        for sub, group in held.values_list("user__aws_id", "group"):
            found[sub].add(group)
        draft.remembered.update({(CognitoMembership, sub): groups for sub, groups in found.items()})

    def _prefetch_groups(self, draft: Draft, params: Sequence[PersonInGroupParams]) -> None:
        """Of a name in use only one is live."""
        keys = {(CognitoGroup, p.pool_arn, p.group) for p in params} - draft.remembered.keys()
        draft.remembered.update(dict.fromkeys(keys))
        rows = CognitoGroup.objects.live().filter(aws_account=draft.aws_account, name__in={name for *_, name in keys})
        there = {(CognitoGroup, row.arn, row.name): row for row in rows.order_by("-pk")}
        draft.remembered.update({key: there[key] for key in keys & there.keys()})

    def groups_of(self, draft: Draft, p: PersonInGroupParams) -> set[int]:
        if (CognitoMembership, p.sub) not in draft.remembered:
            self.prefetch(draft, [p])
        found: set[int] = draft.remembered[CognitoMembership, p.sub]
        return found

    def made(self, draft: Draft, p: PersonInGroupParams) -> str:
        """What stands for the id of the group, where an earlier step of the plan makes it; else ""."""
        return draft.placeholder_of(child_key(GROUP, p.pool_arn, p.group))

    def of_row(self, draft: Draft, p: PersonInGroupParams, row: CognitoUser) -> Mapping[str, Value]:
        if made := self.made(draft, p):
            return {"group": made, "member": False, **self._carried(draft, p)}
        group = self.group(draft, p)
        return {"group": group.aws_id, "member": group.pk in self.groups_of(draft, p), **self._carried(draft, p)}

    def of_new(self, draft: Draft, p: PersonInGroupParams) -> Mapping[str, Value]:
        return {
            "group": self.made(draft, p) or self.group(draft, p).aws_id,
            "member": False,
            **self._carried(draft, p),
        }

    def _carried(self, draft: Draft, p: PersonInGroupParams) -> Mapping[str, Value]:
        """The role, as the steps before this one leave it."""
        if not self.leaves:
            return {}
        said = [
            step.params.settings
            for step in draft.writing(child_key(GROUP, p.pool_arn, p.group))
            if step.kind in _SETS_ROLE
        ]
        return {"role": said[-1].get("RoleArn", "") if said else self.group(draft, p).role_arn}

    def live(self, client: AwsClient, p: PersonInGroupParams) -> Value:
        there = client.at(p.region)
        mirror = mirror_of(CognitoGroup.kind)
        group = mirror.read_one(there, ObjectRef(CognitoGroup.kind, "", p.group, p.pool_arn, p.region))
        if group is None:
            return None
        try:
            names = names_of_groups(there, p.pool_id, p.known_as)
        except NotFound:
            return None
        found = {"sub": p.sub, "group": mirror.object_id(group), "member": p.group in names}
        return found | ({"role": group.get("RoleArn", "")} if self.leaves else {})

    def done(
        self, client: AwsClient, p: PersonInGroupParams, live: Value, tried: Sequence[PreviousAttempt]
    ) -> StepResult | None:
        """Whatever role the group got meanwhile."""
        there, found = _without_role(live), _without_role(tried[0].found)
        return StepResult() if there and found and there == self.after(p, found) else None

    def after(self, p: PersonInGroupParams, value: Value) -> Value:
        return {**value, "member": self.leaves}

    def is_so_already(self, p: PersonInGroupParams) -> str:
        return f"{p.sub} is {'already' if self.leaves else 'not'} in the group {p.group}."

    def limits(self, draft: Draft, p: PersonInGroupParams, value: Value) -> list[PlanFinding]:
        why = self._why_guarded(draft, p, value) if self.leaves else ""
        about = (p.group, value.get("role") or why)
        return [PlanFinding("GROUP_GIVES_ACCESS", "security_warning", why, about=about)] if why else []

    def _why_guarded(self, draft: Draft, p: PersonInGroupParams, value: Value) -> str:
        """Also by a role that an earlier step gives the group."""
        if value.get("role"):
            return describe_role(p.group, value["role"])
        return why_guarded_group(draft, p.pool_arn, p.group)

    def reverse(self, p: PersonInGroupParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [self.spec_of(self.opposite, p, "No message is sent.", group=p.group)]


def _without_role(value: Value) -> Value:
    return value and {name: said for name, said in value.items() if name != "role"}


class AddToGroup(PersonInGroupOperation, ReadsAccessOffPlan[PersonInGroupParams]):
    kind = "cognito.user.group.add"
    opposite = "cognito.user.group.remove"
    aws_operation = "AdminAddUserToGroup"
    leaves = True

    def title(self, p: PersonInGroupParams) -> str:
        who = f"the person {p.sub}" if is_placeholder(p.sub) else p.sub
        return f"Add {who} to the group {p.group}"

    def access_changes_of_step(self, aws_account: AwsAccount, step: PlannedStep) -> Sequence[AccessChange]:
        """What the group's role may, as the step expects to find it: nothing is asked for each of many people."""
        role_arn, p = (step.expects or {}).get("role", ""), step.params
        if not role_arn:
            return ()
        who = f"{p.pool_arn}/{p.sub}"
        return [RoleTakingChange(who, role_arn), GroupMemberRoleFact(who, role_arn, p.group)]

    def limits(self, draft: Draft, p: PersonInGroupParams, value: Value) -> list[PlanFinding]:
        found = super().limits(draft, p, value)
        if (CognitoMembership, p.sub) in draft.remembered and len(self.groups_of(draft, p)) >= MOST_GROUPS:
            words = f"{p.sub} is in {MOST_GROUPS} groups, the most that AWS allows."
            found.append(PlanFinding("TOO_MANY_GROUPS", "error", words))
        return found


class RemoveFromGroup(PersonInGroupOperation):
    kind = "cognito.user.group.remove"
    opposite = "cognito.user.group.add"
    aws_operation = "AdminRemoveUserFromGroup"
    leaves = False
    only_takes = True

    def title(self, p: PersonInGroupParams) -> str:
        return f"Remove {p.sub} from the group {p.group}"
