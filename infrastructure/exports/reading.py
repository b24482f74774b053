"""Parts of a selection, read from the mirror in pages: memory doesn't grow with the AWS account."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.db.models import F, Prefetch

from identities.models import (
    AccessKey,
    Attachment,
    IamAccount,
    IamGroup,
    IamRole,
    IamUser,
    InlinePolicy,
    InstanceProfile,
    LoginProfile,
    Membership,
    OidcProvider,
    SamlProvider,
)
from infrastructure.code.parts import (
    ExportedAlias,
    ExportedGroup,
    ExportedInstanceProfile,
    ExportedOidcProvider,
    ExportedPasswordPolicy,
    ExportedPolicy,
    ExportedRole,
    ExportedSamlProvider,
    ExportedUser,
    LeftOut,
    NamedDocument,
    Part,
)
from infrastructure.exports.selection import MODELS, ExportSelection
from policies.models import ManagedPolicy, PolicyVersion

_AT_ONCE = 500  # rows
PART_TYPES: Mapping[type[Any], type[Any]] = {
    ManagedPolicy: ExportedPolicy,
    IamGroup: ExportedGroup,
    IamRole: ExportedRole,
    IamUser: ExportedUser,
    InstanceProfile: ExportedInstanceProfile,
    OidcProvider: ExportedOidcProvider,
    SamlProvider: ExportedSamlProvider,
}


def parts_of(selection: ExportSelection) -> Iterator[Part]:
    """Everything that is exported, what others refer to first; what can't be, as `LeftOut`."""
    for model in MODELS:
        rows = selection.rows(model).prefetch_related(*_PREFETCHED.get(model, ()))
        for row in rows.iterator(chunk_size=_AT_ONCE):
            yield row_part(row)
    if selection.is_whole:
        yield from _account(selection)
        if number := selection.server_certificates():
            yield LeftOut(f"Server certificates ({number})", "nobody gets a private key out of AWS.")
        if number := selection.hidden():
            yield LeftOut(f"Objects that a rule of the AWS account ignores ({number})", "somebody else manages them.")


def named_parts(selection: ExportSelection) -> Iterator[tuple[type[Any], str, str]]:
    """What addresses are made of, before anything is written: type of the part, ARN, name."""
    for model in MODELS:
        fields = [
            "arn",
            "name",
            *(["is_aws"] if model is ManagedPolicy else []),
            *(["path"] if model is IamRole else []),
        ]
        for row in selection.rows(model).only(*fields).iterator(chunk_size=_AT_ONCE):
            if not row.kept_by_aws:
                yield PART_TYPES[model], row.arn, row.name


def row_part(row: Any) -> Part:
    """Of a row with what `prefetched` names."""
    if row.kept_by_aws:
        return LeftOut(f"The {row._meta.verbose_name.removeprefix('IAM ')} {row.name}", "AWS looks after it.")
    return _OF_ROW[type(row)](row)


def prefetched(model: type[Any]) -> tuple[Any, ...]:
    """What `row_part` needs with a row of this model; credentials, of which a file has hints, are left out."""
    return tuple(each for each in _PREFETCHED.get(model, ()) if each not in _CREDENTIALS)


# ---- One row of each model -----------------------------------------------------------------------------------
def _policy(row: ManagedPolicy) -> Part:
    version: PolicyVersion | None = next(iter(row.in_force), None)  # type: ignore[attr-defined]
    if version is None:
        return LeftOut(f"The policy {row.name}", "its document wasn’t read from AWS yet.")
    unread = row.tags is None
    return ExportedPolicy(
        **_named(row),
        document=version.document.text,
        description=None if unread else row.description,
        tags=None if unread else dict(row.tags),
    )


def _principal(row: Any) -> dict[str, Any]:
    return {
        **_named(row),
        "attached": tuple(each.arn for each in row.live_attachments),
        "inline": tuple(NamedDocument(each.name, each.document.text) for each in row.live_inline),
    }


def _group(row: IamGroup) -> Part:
    return ExportedGroup(**_principal(row))


def _role(row: IamRole) -> Part:
    if row.trust is None:
        return LeftOut(f"The role {row.name}", "its trust policy wasn’t read from AWS yet.")
    return ExportedRole(
        **_principal(row),
        trust=row.trust.text,
        description=None if row.max_session_s is None else row.description,
        longest_session_s=row.max_session_s,
        boundary=row.boundary_arn,
        tags=dict(row.tags),
    )


def _user(row: Any) -> Part:
    return ExportedUser(
        **_principal(row),
        boundary=row.boundary_arn,
        tags=dict(row.tags),
        groups=tuple(each.group.name for each in row.live_memberships),
        keys=tuple(each.name for each in getattr(row, "live_keys", ())),
        has_password=bool(getattr(row, "live_logins", ())),
    )


def _instance_profile(row: InstanceProfile) -> Part:
    role = row.role.name if row.role and row.role.gone_at is None else ""
    return ExportedInstanceProfile(**_named(row), role=role, tags=None if row.tags is None else dict(row.tags))


def _oidc(row: OidcProvider) -> Part:
    return ExportedOidcProvider(
        arn=row.arn,
        name=row.arn.partition("oidc-provider/")[2] or row.name,
        client_ids=tuple(row.client_ids),
        thumbprints=tuple(row.thumbprints),
        tags=dict(row.tags),
    )


def _saml(row: SamlProvider) -> Part:
    if not row.metadata:
        return LeftOut(f"The SAML provider {row.name}", "its metadata wasn’t read, or is too long to be kept here.")
    return ExportedSamlProvider(arn=row.arn, name=row.name, metadata=row.metadata, tags=dict(row.tags))


def _named(row: Any) -> dict[str, str]:
    return {"arn": row.arn, "name": row.name, "path": row.path}


def _account(selection: ExportSelection) -> Iterator[Part]:
    row = IamAccount.objects.filter(aws_account=selection.aws_account).first()
    if row and row.alias:
        yield ExportedAlias(row.alias)
    if row and row.password_policy:
        yield ExportedPasswordPolicy(row.password_policy)


_OF_ROW: Mapping[type[Any], Callable[[Any], Part]] = {
    ManagedPolicy: _policy,
    IamGroup: _group,
    IamRole: _role,
    IamUser: _user,
    InstanceProfile: _instance_profile,
    OidcProvider: _oidc,
    SamlProvider: _saml,
}
_BELONGING = (
    Prefetch("attachments", Attachment.objects.live().order_by("name", "pk"), to_attr="live_attachments"),
    Prefetch(
        "inlinepolicys",
        InlinePolicy.objects.live().select_related("document").order_by("name", "pk"),
        to_attr="live_inline",
    ),
)
_CREDENTIALS = (
    Prefetch("accesskeys", AccessKey.objects.live().order_by("name", "pk"), to_attr="live_keys"),
    Prefetch("loginprofiles", LoginProfile.objects.live().order_by("pk"), to_attr="live_logins"),
)
_PREFETCHED: Mapping[type[Any], tuple[Any, ...]] = {
    ManagedPolicy: (
        Prefetch(
            "versions",
            PolicyVersion.objects.filter(gone_at=None, version_id=F("policy__default_version")).select_related(
                "document"
            ),
            to_attr="in_force",
        ),
    ),
    IamGroup: _BELONGING,
    IamRole: (*_BELONGING, "trust"),
    IamUser: (
        *_BELONGING,
        Prefetch(
            "memberships",
            Membership.objects.live().select_related("group").order_by("group__name_key", "pk"),
            to_attr="live_memberships",
        ),
        *_CREDENTIALS,
    ),
    InstanceProfile: ("role",),
}
