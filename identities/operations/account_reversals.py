"""What brings back providers, instance profiles, server certificates, and the settings of an AWS account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from accounts.models import AwsAccount
from identities.account.mirrors import InstanceProfileTags, ServerCertificateBody
from identities.account.root_access import FEATURES, RootAccessMirror
from identities.account.settings import AliasMirror, PasswordPolicyMirror, SummaryMirror
from identities.kinds import INSTANCE_PROFILE, OIDC, SAML, SERVER_CERTIFICATE
from identities.models import IamAccount, InstanceProfile, OidcProvider, SamlProvider, ServerCertificate
from identities.operations.oidc import add_client_id, create_oidc, remove_client_id, set_thumbprints
from identities.operations.root_access import switch_root_feature
from identities.operations.saml import create_saml
from identities.operations.settings import (
    TOKEN_VERSION,
    delete_alias,
    delete_password_policy,
    params_of,
    set_alias,
    set_password_policy,
    set_token_version,
)
from objects.kinds import IamKind
from objects.operations.existence import delete
from objects.operations.tags import retagged, tags_again
from sync import reversals
from sync.mirror import Content
from sync.mirror.base import DETAILS
from sync.object_ref import ObjectRef
from sync.operations import StepSpec
from sync.reversals import Reversal


def reverse_oidc(aws_account: AwsAccount, ref: ObjectRef, before: Content, after: Content) -> Reversal:
    if not before:
        return Reversal((delete(OIDC, after["arn"]),))
    if not after:
        made = create_oidc(aws_account, before["name"], before["client_ids"], before["thumbprints"])
        return Reversal((made, *retagged(OIDC, before["arn"], before["tags"])))
    row = OidcProvider.objects.live().filter(aws_account=aws_account, aws_id=ref.object_id).first()
    if row is None:
        return Reversal(left=("It is gone since.",))
    return Reversal(tuple(_oidc_again(row.arn, before, after)))


def _oidc_again(arn: str, before: Content, after: Content) -> Iterator[StepSpec]:
    old, new = set(before["client_ids"]), set(after["client_ids"])
    yield from (add_client_id(arn, client_id) for client_id in sorted(old - new))
    yield from (remove_client_id(arn, client_id) for client_id in sorted(new - old))
    if before["thumbprints"] != after["thumbprints"] and before["thumbprints"]:
        yield set_thumbprints(arn, before["thumbprints"])
    yield from tags_again(OIDC, arn, before["tags"], after["tags"])


def reverse_saml(aws_account: AwsAccount, ref: ObjectRef, before: Content, after: Content) -> Reversal:
    """Of the metadata only the newest text is kept."""
    if not before:
        return Reversal((delete(SAML, after["arn"]),))
    row = SamlProvider.objects.filter(aws_account=aws_account, aws_id=ref.object_id).first()
    if after:
        left = ("Its old metadata isn’t kept here.",) if before["metadata"] != after["metadata"] else ()
        return Reversal(tuple(tags_again(SAML, after["arn"], before["tags"], after["tags"])), left)
    if row is None or not row.metadata or row.metadata_hash != before["metadata"]:
        return Reversal(left=("Its metadata isn’t kept here.",))
    made = create_saml(aws_account, before["name"], row.metadata)
    return Reversal((made, *retagged(SAML, before["arn"], before["tags"])), ("It gets another unique id.",))


_TAGGED: dict[str, IamKind] = {kind.model.kind: kind for kind in (INSTANCE_PROFILE, SERVER_CERTIFICATE)}


def reverse_tags(aws_account: AwsAccount, ref: ObjectRef, before: Content, after: Content) -> Reversal:
    """Of the kinds whose tags are a facet of their own."""
    of = _TAGGED[ref.kind]
    row: Any = of.model.objects.live().filter(aws_account=aws_account, aws_id=ref.object_id).first()
    if row is None or not before or not after:
        return Reversal(left=("It is gone since.",))
    return Reversal(tuple(tags_again(of, row.arn, before["tags"], after["tags"])))


def reverse_alias(aws_account: AwsAccount, ref: ObjectRef, before: Content, after: Content) -> Reversal:
    if before["alias"]:
        return Reversal((set_alias(before["alias"]),), ("Somebody else may have taken the alias since.",))
    return Reversal((delete_alias(after["alias"]),))


def reverse_password_policy(aws_account: AwsAccount, ref: ObjectRef, before: Content, after: Content) -> Reversal:
    rules = before["rules"]
    return Reversal((set_password_policy(**params_of(rules)) if rules else delete_password_policy(),))


def reverse_summary(aws_account: AwsAccount, ref: ObjectRef, before: Content, after: Content) -> Reversal:
    version, now = (int(content.get(TOKEN_VERSION) or 1) for content in (before, after))
    others = before.keys() | after.keys()
    left = [name for name in sorted(others - {TOKEN_VERSION}) if before.get(name) != after.get(name)]
    said = (f"This console sets no such thing: {', '.join(left)}.",) if left else ()
    return Reversal(() if version == now else (set_token_version(version),), said)


def reverse_root_access(aws_account: AwsAccount, ref: ObjectRef, before: Content, after: Content) -> Reversal:
    old, new = set(before["features"]), set(after["features"])
    steps = [switch_root_feature(feature, on=name in old) for name, feature in FEATURES.items() if name in old ^ new]
    left = [f"This console sets no such thing: {name}." for name in sorted((old ^ new) - FEATURES.keys())]
    if before["barrier"] != after["barrier"]:
        left.append("Trusted access and the features of the organization are set in AWS Organizations.")
    return Reversal(tuple(steps), tuple(left))


def register() -> None:
    reversals.register(OidcProvider.kind, DETAILS, reverse_oidc)
    reversals.register(SamlProvider.kind, DETAILS, reverse_saml)
    reversals.register(InstanceProfile.kind, InstanceProfileTags.source, reverse_tags)
    reversals.register(ServerCertificate.kind, ServerCertificateBody.source, reverse_tags)
    reversals.register(IamAccount.kind, AliasMirror.source, reverse_alias)
    reversals.register(IamAccount.kind, PasswordPolicyMirror.source, reverse_password_policy)
    reversals.register(IamAccount.kind, SummaryMirror.source, reverse_summary)
    reversals.register(IamAccount.kind, RootAccessMirror.source, reverse_root_access)
