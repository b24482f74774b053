"""Taking off users, groups and roles all that hangs on them, in an order that ends access first, and gives none.

Credentials end before policies: were a policy that denies the first to go, there would be more access for a moment.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from identities.account.selectors import profiles_of
from identities.models import (
    AccessKey,
    Attachment,
    Credential,
    IamGroup,
    IamRole,
    IamUser,
    InlinePolicy,
    LoginProfile,
    MfaDevice,
    Principal,
    ServiceCredential,
    SigningCertificate,
    SshKey,
)
from identities.operations.attachments import detach
from identities.operations.inline import delete_inline
from identities.operations.instance_profile_roles import remove_role
from identities.operations.membership import remove_member
from identities.selectors import members_of
from sync.operations import StepSpec

TakenOff = Iterator[tuple[str, list[StepSpec]]]  # what hangs there (identities.operations.hanging), and the steps

# By model: how it is called where it hangs, the kind of its operations, the parameter that names it.
_RARE: tuple[tuple[type[Credential], str, str, str], ...] = (
    (SigningCertificate, "signing certificate {}", "iam.signing_cert", "certificate"),
    (SshKey, "SSH key {}", "iam.ssh_key", "ssh_key"),
    (ServiceCredential, "service credential {}", "iam.svc_cred", "credential"),
)


def take_off(owner: Principal) -> TakenOff:
    """From the mirror: everything after which AWS deletes it."""
    if isinstance(owner, IamUser):
        yield from _credentials(owner)
    if isinstance(owner, IamRole):
        for profile in profiles_of(owner):
            yield f"instance profile {profile.name}", [remove_role(profile, owner)]
    yield from _policies(owner)
    if isinstance(owner, IamUser):
        for membership in owner.memberships.live().select_related("group").order_by("name"):
            yield f"group {membership.group.name}", [remove_member(owner, membership.group)]
    if isinstance(owner, IamGroup):
        for membership in members_of(owner):
            yield f"member {membership.user.name}", [remove_member(membership.user, owner)]


def _policies(owner: Principal) -> TakenOff:
    own = {owner.kind.removeprefix("iam."): owner}
    for inline in InlinePolicy.objects.live().filter(**own).order_by("name"):
        yield f"inline policy {inline.name}", [delete_inline(owner, inline.name)]
    for attached in Attachment.objects.live().filter(**own).order_by("name", "arn"):
        yield f"policy {attached.arn}", [detach(owner, attached.arn)]


def _credentials(user: IamUser) -> TakenOff:
    keys = _live(AccessKey, user)
    active = [_on(user, "iam.key.deactivate", key=key.name) for key in keys if key.is_active]
    if LoginProfile.objects.live().filter(user=user).exists():
        yield "password", [*active, _on(user, "iam.login.delete")]
        active = []
    for key in keys:  # all of them are inactive before the first is deleted
        yield f"access key {key.name}", [*active, _on(user, "iam.key.delete", key=key.name)]
        active = []
    for model, words, kind, parameter in _RARE:
        for held in _live(model, user):
            yield words.format(held.name), [_on(user, f"{kind}.delete", **{parameter: held.name})]
    for device in _live(MfaDevice, user):
        yield f"MFA device {device.name}", list(_device(user, device))


def _device(user: IamUser, device: MfaDevice) -> Iterator[StepSpec]:
    yield _on(user, "iam.mfa.deactivate", serial=device.name)
    if device.factor == MfaDevice.Factor.APP:  # else it would stay, nobody's
        yield _on(user, "iam.mfa.delete_virtual", serial=device.name)


def _live(model: type[Credential], user: IamUser) -> list[Any]:
    return list(model.objects.live().filter(user=user).order_by("name"))


def _on(user: IamUser, kind: str, **params: str) -> StepSpec:
    return StepSpec(kind, {"owner_arn": user.arn, **params})
