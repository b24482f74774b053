"""Deletes users, groups and roles that have no dependents any more.

The part is None for nothing of that name, {"id": "AIDA…", "left": ["access key AKIA…"]} for something: the
dependents that are left on it. `CreateOwner` has the same part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import prefetch_related_objects

from accounts.models import AwsAccount
from aws_constraints.arn import name_of
from iamconsole.web.words import some
from identities.credentials.mirrors import KINDS
from identities.kinds import ROLE, USER
from identities.models import (
    AccessKey,
    Attachment,
    Credential,
    IamGroup,
    IamRole,
    IamUser,
    InlinePolicy,
    InstanceProfile,
    LoginProfile,
    Membership,
    MfaDevice,
    Principal,
    ServiceCredential,
    SigningCertificate,
    SshKey,
)
from identities.operations.attachments import detach
from identities.operations.breaks import BrokenReferences, broken_by_deletion
from identities.operations.credentials.of_user import on_user
from identities.operations.dependents import (
    DependentRows,
    dependents_in_aws,
    dependents_in_mirror,
    left_after,
    prefetch_dependents,
)
from identities.operations.inline import delete_inline
from identities.operations.membership import remove_member, remove_role
from identities.operations.owners import OwnerOperation, OwnerParams
from objects.operations.rows import ref
from objects.operations.tags import retagged
from policies.holdings import ExistenceChange
from sync.aws.client import AwsClient
from sync.aws.permission import NOBODY, Permission, look
from sync.checks import PlanFinding
from sync.object_ref import ObjectRef
from sync.operations import (
    AccessChange,
    Call,
    DeletesObject,
    PreviousAttempt,
    Refusal,
    Risk,
    StepResult,
    StepSpec,
    Undo,
    Value,
)
from sync.plan_draft import Draft

# ---- Removing the dependents, in an order that ends access first, and gives none -----------------------------
# Credentials end before policies: were a policy that denies the first to go, there would be more access for a moment.
TakenOff = Iterator[tuple[str, list[StepSpec]]]  # the dependent (identities.operations.dependents), and its steps

# By model: what the dependent is called, the kind of its operations, the parameter that names it.
_RARE: tuple[tuple[type[Credential], str, str, str], ...] = (
    (SigningCertificate, "signing certificate {}", "iam.signing_cert", "certificate"),
    (SshKey, "SSH key {}", "iam.ssh_key", "ssh_key"),
    (ServiceCredential, "service credential {}", "iam.svc_cred", "credential"),
)


def take_off(owner: Principal, rows: DependentRows | None = None) -> TakenOff:
    """From the mirror: everything after which AWS deletes it. `rows`: read for others, too."""
    rows = rows or DependentRows([owner])
    if isinstance(owner, IamUser):
        yield from _credentials(owner, rows)
    if isinstance(owner, IamRole):
        for profile in rows.of(owner, InstanceProfile):
            yield f"instance profile {profile.name}", [remove_role(profile, owner)]
    for inline in rows.of(owner, InlinePolicy):
        yield f"inline policy {inline.name}", [delete_inline(owner, inline.name)]
    for attached in rows.of(owner, Attachment):
        yield f"policy {attached.arn}", [detach(owner, attached.arn)]
    if isinstance(owner, IamUser):
        for membership in rows.of(owner, Membership):
            yield f"group {membership.group.name}", [remove_member(owner, membership.group)]
    if isinstance(owner, IamGroup):
        for membership in rows.of(owner, Membership):
            yield f"member {membership.user.name}", [remove_member(membership.user, owner)]


def _credentials(user: IamUser, rows: DependentRows) -> TakenOff:
    keys = rows.of(user, AccessKey)
    active = [on_user(user, "iam.key.deactivate", key=key.name) for key in keys if key.is_active]
    if rows.of(user, LoginProfile):
        yield "password", [*active, on_user(user, "iam.login.delete")]
        active = []
    for key in keys:  # all of them are inactive before the first is deleted
        yield f"access key {key.name}", [*active, on_user(user, "iam.key.delete", key=key.name)]
        active = []
    for model, words, kind, parameter in _RARE:
        for held in rows.of(user, model):
            yield words.format(held.name), [on_user(user, f"{kind}.delete", **{parameter: held.name})]
    for device in rows.of(user, MfaDevice):
        yield f"MFA device {device.name}", list(_device(user, device))


def _device(user: IamUser, device: MfaDevice) -> Iterator[StepSpec]:
    yield on_user(user, "iam.mfa.deactivate", serial=device.name)
    if device.factor == MfaDevice.Factor.APP:  # else it would stay, nobody's
        yield on_user(user, "iam.mfa.delete_virtual", serial=device.name)


class DeleteOwner(OwnerOperation[OwnerParams], DeletesObject[OwnerParams]):
    verb = "delete"
    aws_operation = "Delete{}"
    needed_for = "Delete users, groups, roles and instance profiles, when nothing depends on them any more."
    undo = Undo.NEW_ID
    risk = Risk.DESTRUCTIVE
    params_type = OwnerParams

    def title(self, p: OwnerParams) -> str:
        return f"Delete {self.named(p)}"

    def note(self, p: OwnerParams) -> str:
        lost = {USER: " Its credentials are lost.", ROLE: " Trust policies that name it mean the old one."}
        return f"Its reverse makes another {self.of.word} of that name.{lost.get(self.of, '')}"

    @property
    def permissions(self) -> Sequence[Permission]:
        words = "See, just before a role is deleted, which instance profiles have it."
        return [*super().permissions, look("iam:ListInstanceProfilesForRole", words, RoleName=NOBODY)]

    def calls(self, p: OwnerParams) -> list[Call]:
        return self.call(p, self.aws_operation)

    def deletes(self, p: OwnerParams) -> str:
        return self.key(p)

    def part(self, p: OwnerParams) -> str:
        return f"existence:{p.arn}"

    def affected_objects(self, aws_account: AwsAccount, p: OwnerParams) -> list[ObjectRef]:
        """With its other dependents: after a conflict, whoever plans again sees that."""
        own = ref(self.of.model, p.arn)
        return [*(replace(own, facet=kind.source) for kind in (KINDS if self.of is USER else ())), own]

    def describe_existing(self, value: Value) -> str:
        return f"it with {some(value['left'])} on it" if value["left"] else "it with nothing on it"

    def mirrored(self, draft: Draft, p: OwnerParams) -> Value:
        if draft.placeholder_of(self.key(p)):
            raise Refusal(f"An earlier step makes {self.named(p)}: leave both out.")
        row = self.row(draft, p)
        return {"id": row.aws_id, "left": left_after(self.dependents(draft, row), draft, self.key(p))}

    def prefetch(self, draft: Draft, params: Sequence[OwnerParams]) -> None:
        super().prefetch(draft, params)
        known = [(self.of.model, p.arn) for p in params]
        rows = [draft.remembered[each] for each in known if each in draft.remembered]
        if self.of is ROLE:
            prefetch_related_objects(rows, "trust")  # for `before`
        prefetch_dependents(draft, rows)
        draft.remembered.setdefault((broken_by_deletion, self.kind), BrokenReferences(rows))

    def dependents(self, draft: Draft, row: Any) -> Iterator[str]:
        """What the mirror has on it."""
        return dependents_in_mirror(self.of, draft, row)

    def access_changes(self, aws_account: AwsAccount, p: OwnerParams) -> Sequence[AccessChange]:
        return [ExistenceChange(p.arn, False)]

    def live(self, client: AwsClient, p: OwnerParams) -> Value:
        value = super().live(client, p)
        return {"id": value["object"], "left": value["left"]} if value else None

    def parse_part(
        self, client: AwsClient, p: OwnerParams, owner: Mapping[str, Any], named: Mapping[str, str]
    ) -> Mapping[str, Any]:
        return {"left": sorted(dependents_in_aws(self.of, client, named))}

    def done(
        self, client: AwsClient, p: OwnerParams, live: Value, tried: Sequence[PreviousAttempt]
    ) -> StepResult | None:
        """It is gone, also where there is another of that name by now."""
        found = tried[0].found
        return StepResult() if found and (live is None or live["id"] != found["id"]) else None

    def is_so_already(self, p: OwnerParams) -> str:
        return f"{name_of(p.arn)} is gone already."

    def limits(self, draft: Draft, p: OwnerParams, value: Value) -> list[PlanFinding]:
        row = self.row(draft, p)
        if left := value["left"]:
            words = f"AWS deletes {self.named(p)} only when nothing depends on it any more: remove {some(left)} first."
            return [PlanFinding("SOMETHING_HANGS_ON_IT", "error", words)]
        return self.warnings(draft, row)

    def warnings(self, draft: Draft, row: Any) -> list[PlanFinding]:
        return broken_by_deletion(
            row, draft.remembered.setdefault((broken_by_deletion, self.kind), BrokenReferences([row]))
        )

    def replanned(self, draft: Draft, p: OwnerParams) -> list[StepSpec]:
        """With the dependents that it has by now, and had not when the plan was made."""
        left = set(self.mirrored(draft, p)["left"])
        return [*(step for what, steps in self.taking_off(draft, p) if what in left for step in steps), self.spec(p)]

    def taking_off(self, draft: Draft, p: OwnerParams) -> TakenOff:
        row = self.row(draft, p)
        return take_off(row, draft.remembered.get((DependentRows, row.kind, row.pk)))

    def before(self, draft: Draft, p: OwnerParams, value: Value) -> dict[str, Any]:
        return _made_like(self.row(draft, p))

    def reverse(self, p: OwnerParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        create = StepSpec(self.of.step_kind("create"), {"arn": p.arn, **before["create"]})
        return [create, *retagged(self.of, p.arn, before["tags"])]


def _made_like(row: Principal) -> dict[str, Any]:
    """What it takes to make it again: the parameters of `CreateOwner` but for the ARN, and the tags."""
    if not isinstance(row, IamRole):
        bounded = {"boundary_arn": row.boundary_arn} if hasattr(row, "boundary_arn") else {}
        return {"create": bounded, "tags": getattr(row, "tags", {})}
    create: dict[str, Any] = {
        "document": row.trust.text if row.trust else "",
        "description": row.description,
        "boundary_arn": row.boundary_arn,
    }
    if row.max_session_s is not None:
        create["max_session_s"] = row.max_session_s
    return {"create": create, "tags": row.tags}


def delete_whole(*owners: Principal) -> list[StepSpec]:
    """One after the other, of one kind; the dependents of each first."""
    rows = DependentRows(owners)
    return [
        step
        for owner in owners
        for step in (*(step for _, steps in take_off(owner, rows) for step in steps), delete(owner))
    ]


def delete(owner: Principal | InstanceProfile) -> StepSpec:
    """One without dependents."""
    return StepSpec(f"{owner.kind}.{DeleteOwner.verb}", {"arn": owner.arn})
