"""Removing the dependents of users, groups and roles, in an order that ends access first, and gives none.

Credentials end before policies: were a policy that denies the first to go, there would be more access for a moment.
"""

from __future__ import annotations

from collections.abc import Iterator

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
from identities.operations.dependent_rows import DependentRows
from identities.operations.inline import delete_inline
from identities.operations.instance_profile_roles import remove_role
from identities.operations.membership import remove_member
from sync.operations import StepSpec

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
    active = [_on(user, "iam.key.deactivate", key=key.name) for key in keys if key.is_active]
    if rows.of(user, LoginProfile):
        yield "password", [*active, _on(user, "iam.login.delete")]
        active = []
    for key in keys:  # all of them are inactive before the first is deleted
        yield f"access key {key.name}", [*active, _on(user, "iam.key.delete", key=key.name)]
        active = []
    for model, words, kind, parameter in _RARE:
        for held in rows.of(user, model):
            yield words.format(held.name), [_on(user, f"{kind}.delete", **{parameter: held.name})]
    for device in rows.of(user, MfaDevice):
        yield f"MFA device {device.name}", list(_device(user, device))


def _device(user: IamUser, device: MfaDevice) -> Iterator[StepSpec]:
    yield _on(user, "iam.mfa.deactivate", serial=device.name)
    if device.factor == MfaDevice.Factor.APP:  # else it would stay, nobody's
        yield _on(user, "iam.mfa.delete_virtual", serial=device.name)


def _on(user: IamUser, kind: str, **params: str) -> StepSpec:
    return StepSpec(kind, {"arn": user.arn, **params})
