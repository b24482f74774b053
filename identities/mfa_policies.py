"""Policies that deny everything but enrolment to IAM users who signed in without MFA.

They are known by how they are written, as the examples in the IAM User Guide are. What all of a user's policies come
to, the policy engine says (guides/account/mfa_demand.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q

from accounts.models import AwsAccount
from identities.models import Attachment, Credential, IamUser, ServiceCredential, SshKey
from policies.engine.compiled import compiled
from policies.engine.statements import document_in
from policies.gallery.catalogue import TEMPLATES
from policies.gallery.parameters import Place
from policies.models import PolicyVersion
from sync.models import Facet

NAME = "own-credentials-with-mfa"  # of the template, AWS's own example, and of a policy that is made of it
_MFA_KEY = "aws:multifactorauthpresent"
# The facets of a user that say which SSH keys and credentials for one service they have.
_OTHER_CREDENTIALS = frozenset({"ssh_keys", "service_credentials"})
_ENROLLING = ("iam:createvirtualmfadevice", "iam:enablemfadevice")


@dataclass(frozen=True)
class MfaPolicy:
    arn: str
    name: str
    text: str

    @property
    def allows_enrolment(self) -> bool:
        """To who has nothing else."""
        document = compiled(self.text)
        return all(any(each.allows for each in document.about(action)) for action in _ENROLLING)


def mfa_document(aws_account: AwsAccount) -> str:
    """As JSON."""
    return TEMPLATES[NAME].document({}, Place(aws_account.partition, aws_account.account_id))


def demands_mfa(text: str) -> bool:
    """Whether a statement denies all actions, or all but some, on everything to who signed in without MFA."""
    return any(
        statement.denies
        and (statement.has("NotAction") or "*" in statement.action_words)
        and statement.has("Resource")
        and "*" in statement.resource_words
        and [(each.base, each.name, [word.lower() for word in each.words]) for each in statement.conditions]
        == [("bool", _MFA_KEY, ["false"])]
        for statement in document_in(text).statements
    )


def demanding_policies(aws_account: AwsAccount, among: Iterable[str] | None = None) -> list[MfaPolicy]:
    """Its own managed policies that demand MFA, by name. `among`: those of these ARNs, AWS's, too."""
    rows = PolicyVersion.objects.filter(policy__aws_account=aws_account, policy__gone_at=None)
    rows = rows.filter(version_id=F("policy__default_version"))
    rows = rows.filter(policy__is_aws=False) if among is None else rows.filter(policy__arn__in=list(among))
    read = rows.filter(document__text__icontains="MultiFactorAuthPresent").order_by("policy__name_key")
    found = (MfaPolicy(*row) for row in read.values_list("policy__arn", "policy__name", "document__text"))
    return [each for each in found if demands_mfa(each.text)]


def is_held_to_mfa(user: IamUser) -> bool:
    """By a managed policy that the user or one of their groups has."""
    theirs = Q(user=user) | Q(group__memberships__user=user, group__memberships__gone_at=None)
    attached = Attachment.objects.live().filter(theirs, aws_account=user.aws_account).values_list("arn", flat=True)
    return bool(demanding_policies(user.aws_account, set(attached)))


def holders_of_other_credentials(users: Collection[IamUser]) -> set[int]:
    """The pks of those with an active SSH key or a credential for one service: requests with it are without MFA, as
    those with an access key are.
    """
    models: tuple[Any, ...] = (SshKey, ServiceCredential)
    held = (model.objects.live().filter(user__in=users, status=Credential.Status.ACTIVE) for model in models)
    return {pk for rows in held for pk in rows.order_by().values_list("user_id", flat=True)}


def with_unread_credentials(users: Collection[IamUser]) -> set[int]:
    """The pks of those of whom it isn't known whether they have an access key, an SSH key or a credential for one
    service: the mirror hasn't read all of these.
    """
    accounts = {user.aws_account_id for user in users}
    rows = Facet.objects.filter(aws_account__in=accounts, kind=IamUser.kind, source__in=_OTHER_CREDENTIALS)
    rows = rows.filter(coverage=Facet.Coverage.READ, object_id__in=[user.aws_id for user in users])
    read: defaultdict[tuple[int, str], set[str]] = defaultdict(set)
    for aws_account, object_id, source in rows.values_list("aws_account", "object_id", "source"):
        read[aws_account, object_id].add(source)
    return {
        user.pk
        for user in users
        if user.active_key_count is None or read[user.aws_account_id, user.aws_id] != _OTHER_CREDENTIALS
    }
