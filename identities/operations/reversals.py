"""What brings back users, groups and roles, part by part of their content; and what else an AWS account has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from accounts.models import AwsAccount
from aws_constraints.arn import name_of, path_of
from identities.account.mirrors import InstanceProfileTags, ServerCertificateBody
from identities.account.settings import FEATURES, AliasMirror, PasswordPolicyMirror, RootAccessMirror, SummaryMirror
from identities.kinds import INSTANCE_PROFILE, OIDC, SAML, SERVER_CERTIFICATE
from identities.models import (
    IamAccount,
    IamGroup,
    IamRole,
    IamUser,
    InstanceProfile,
    OidcProvider,
    Principal,
    SamlProvider,
    ServerCertificate,
)
from identities.operations.attachments import attach, detach
from identities.operations.boundaries import delete_boundary, put_boundary, tag, untag
from identities.operations.deletion import delete_whole
from identities.operations.inline import delete_inline, put_inline
from identities.operations.membership import add_member, remove_member
from identities.operations.names import rename
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
from identities.operations.trust import update_trust
from identities.trust import principals_of, unique_ids
from objects.kinds import IamKind
from objects.operations.existence import delete
from objects.operations.tags import retagged, tags_again
from policies.documents import texts_of
from sync import reversals
from sync.mirror import Content
from sync.mirror.base import DETAILS
from sync.models import Revision
from sync.object_ref import ObjectRef
from sync.operations import StepSpec
from sync.reversals import Reversal

_PRINCIPALS: Mapping[str, type[Principal]] = {model.kind: model for model in (IamUser, IamGroup, IamRole)}

Undone = Iterator[StepSpec | str]  # a step, or a sentence for what can't be undone


def reverse_principal(aws_account: AwsAccount, ref: ObjectRef, before: Content, after: Content) -> Reversal:
    model, noun = _PRINCIPALS[ref.kind], ref.kind.removeprefix("iam.")
    row = model.objects.live().filter(aws_account=aws_account, aws_id=ref.object_id).first()
    if not after or row is None:
        return Reversal(left=(_gone(noun),))
    if not before:
        return Reversal(tuple(delete_whole(row)))
    steps: list[StepSpec] = []
    left: list[str] = []
    for part in _UNDO:
        old, new = before.get(part), after.get(part)
        for found in _UNDO[part](row, old, new) if old != new else ():
            if isinstance(found, StepSpec):
                steps.append(found)
            else:
                left.append(found)
    return Reversal(tuple(steps), tuple(left))


def _gone(noun: str) -> str:
    lost = {"user": " Its keys and its password are lost.", "role": " Trust policies that named it mean the old one."}
    return (
        f"A deleted {noun} can’t be brought back: AWS gives a new one of that name another unique id."
        f"{lost.get(noun, '')} What it had stays in the history here."
    )


def _renamed(row: Any, old: str, new: str) -> Undone:
    """`old` is the ARN: its path and its name are in it."""
    yield rename(row, name_of(old), path_of(old))


def _attached(row: Principal, old: list[str], new: list[str]) -> Undone:
    yield from (detach(row, arn) for arn in new if arn not in old)
    yield from (attach(row, arn) for arn in old if arn not in new)


def _groups(row: Any, old: list[str], new: list[str]) -> Undone:
    groups = {name: _group(row, name) for name in {*old, *new}}
    for name in sorted(set(new) - set(old)):
        if (group := groups[name]) is None:
            continue  # there is no such group any more, so nobody is in it
        if former := sorted((set(old) - set(new)) & _names_of(group)):
            yield f"The group {former[0]} is called {name} now: nobody joined or left it."
        else:
            yield remove_member(row, group)
    for name in sorted(set(old) - set(new)):
        if group := groups[name]:
            yield add_member(row, group)
        elif not any(name in _names_of(other) for other in groups.values() if other):
            yield f"The group {name} is gone."


def _group(row: Principal, name: str) -> IamGroup | None:
    found: IamGroup | None = (
        IamGroup.objects.live().filter(aws_account=row.aws_account_id, name_key=name.casefold()).order_by("-pk").first()
    )
    return found


def _names_of(group: IamGroup) -> set[str]:
    """All that it was ever called."""
    revisions = Revision.objects.filter(
        facet__aws_account=group.aws_account_id,
        facet__kind=group.kind,
        facet__object_id=group.aws_id,
        facet__source="details",
        gone=False,
    )
    return set(revisions.values_list("content__name", flat=True))


def _inline(row: Principal, old: Mapping[str, Any], new: Mapping[str, Any]) -> Undone:
    texts = texts_of(document["text"] for document in old.values())
    for name in sorted(old.keys() | new.keys()):
        if name not in old:
            yield delete_inline(row, name)
        elif old[name]["canonical"] != new.get(name, {}).get("canonical"):
            yield put_inline(row, name, texts[old[name]["text"]])


def _trust(row: Any, old: Mapping[str, str], new: Mapping[str, str]) -> Undone:
    text = texts_of([old["text"]])[old["text"]]
    if deleted := sorted(unique_ids(principals_of(text))):
        yield f"The trust policy before named {deleted[0]}, somebody who was deleted: AWS doesn’t take that back."
    else:
        yield update_trust(row, text)


def _boundary(row: Any, old: str, new: str) -> Undone:
    yield put_boundary(row, old) if old else delete_boundary(row)


def _tags(row: Any, old: Mapping[str, str], new: Mapping[str, str]) -> Undone:
    yield from (untag(row, key) for key in sorted(new.keys() - old.keys()))
    yield from (tag(row, key, value) for key, value in sorted(old.items()) if new.get(key) != value)


_UNDO: Mapping[str, Callable[[Any, Any, Any], Undone]] = {
    "attached": _attached,
    "groups": _groups,
    "inline": _inline,
    "trust": _trust,
    "boundary": _boundary,
    "tags": _tags,
    "arn": _renamed,  # the last: the steps before it go by the ARN that it has now
}


# ---- Providers, instance profiles, server certificates, and the settings of an AWS account -------------------
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


# ---- All of them ---------------------------------------------------------------------------------------------
def register() -> None:
    for kind in _PRINCIPALS:
        reversals.register(kind, DETAILS, reverse_principal)
    reversals.register(OidcProvider.kind, DETAILS, reverse_oidc)
    reversals.register(SamlProvider.kind, DETAILS, reverse_saml)
    reversals.register(InstanceProfile.kind, InstanceProfileTags.source, reverse_tags)
    reversals.register(ServerCertificate.kind, ServerCertificateBody.source, reverse_tags)
    reversals.register(IamAccount.kind, AliasMirror.source, reverse_alias)
    reversals.register(IamAccount.kind, PasswordPolicyMirror.source, reverse_password_policy)
    reversals.register(IamAccount.kind, SummaryMirror.source, reverse_summary)
    reversals.register(IamAccount.kind, RootAccessMirror.source, reverse_root_access)
