"""What hangs on users, groups and roles: as the mirror has it, and as AWS does, to the letter alike.

AWS deletes none of them before all of it is gone (IAM API Reference: DeleteUser, DeleteGroup, DeleteRole).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter

from identities.credentials.hanging import CredentialsMirror
from identities.credentials.kinds import KINDS
from identities.models import Attachment, InlinePolicy, InstanceProfile, Membership, Principal
from identities.operations.hanging import hung_by
from identities.operations.held_rows import held
from identities.operations.owners import GROUP, ROLE, USER, KindOfOwner
from sync.aws.client import AwsClient
from sync.aws.errors import Unsupported
from sync.draft import Draft
from sync.models import MirroredRow

# How each kind of credential is called, by the name of its facet.
_CREDENTIALS = {
    "keys": "access key {}",
    "mfa": "MFA device {}",
    "login": "password",
    "certificates": "signing certificate {}",
    "ssh_keys": "SSH key {}",
    "service_credentials": "service credential {}",
}


@dataclass(frozen=True)
class Hung:
    """What else may hang on an owner: `column` of the rows, and `member` of what AWS lists, say the same."""

    words: str
    model: type[MirroredRow]
    column: str
    operation: str
    listed: str
    member: str = ""  # "" where AWS lists names alone


def _policies(owner: KindOfOwner) -> tuple[Hung, Hung]:
    inline, attached = f"List{owner.aws_word}Policies", f"ListAttached{owner.aws_word}Policies"
    return (
        Hung("inline policy {}", InlinePolicy, "name", inline, "PolicyNames"),
        Hung("policy {}", Attachment, "arn", attached, "AttachedPolicies", "PolicyArn"),
    )


_PROFILES = Hung(
    "instance profile {}",
    InstanceProfile,
    "name",
    "ListInstanceProfilesForRole",
    "InstanceProfiles",
    "InstanceProfileName",
)
_HUNG: Mapping[KindOfOwner, tuple[Hung, ...]] = {
    USER: (
        *_policies(USER),
        Hung("group {}", Membership, "group.name", "ListGroupsForUser", "Groups", "GroupName"),
    ),
    GROUP: (*_policies(GROUP), Hung("member {}", Membership, "user.name", "GetGroup", "Users", "UserName")),
    ROLE: (*_policies(ROLE), _PROFILES),
}


def left_after(hung: Iterable[str], draft: Draft, key: str) -> list[str]:
    """What still hangs on the object of that key after the steps of the draft."""
    left = set(hung)
    for step in draft.writing(key):
        if said := hung_by(step, key):
            what, hangs = said
            (left.add if hangs else left.discard)(what)
    return sorted(left)


def hung_in_mirror(owner: KindOfOwner, draft: Draft, row: Principal) -> Iterator[str]:
    for kind in KINDS if owner is USER else ():
        yield from (_CREDENTIALS[kind.source].format(each.name) for each in held(draft, row, kind.hangs))
    for hung in _HUNG[owner]:
        named = attrgetter(hung.column)
        yield from (hung.words.format(named(each)) for each in held(draft, row, hung.model))


def hung_in_aws(owner: KindOfOwner, client: AwsClient, named: Mapping[str, str]) -> Iterator[str]:
    """`named`: the parameter that names it. Raises NotFound when it is gone."""
    for kind in KINDS if owner is USER else ():
        yield from _credentials(kind, client, named[USER.name_parameter])
    for hung in _HUNG[owner]:
        for page in client.pages("iam", hung.operation, **named):
            for found in page.items[hung.listed]:
                yield hung.words.format(found[hung.member] if hung.member else found)


def _credentials(kind: CredentialsMirror, client: AwsClient, user_name: str) -> Iterator[str]:
    try:
        for entry in kind.entries(client, user_name):
            yield _CREDENTIALS[kind.source].format(entry[kind.id_member])
    except Unsupported:
        return  # where AWS doesn't know the call, nobody has one
