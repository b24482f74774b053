"""What is wrong with credentials of users and of the root user: as findings.

The numbers of days are those of the CIS AWS Foundations Benchmark: 90 for the age of a key, 45 for one that isn't used.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import AwsAccount
from findings.models import FindingSeverity
from findings.rules import Rule, rules_of
from findings.sources import Found, ListedSource
from iamconsole.web.words import counted, day
from identities.credentials.root import RootUserView, root_of
from identities.models import AccessKey, Attachment, Credential, IamUser, InlinePolicy, ReportedUser, RootUser
from identities.models.credentials import KEY_LASTS, key_cutoff
from identities.posture import credential_rules as words
from sync.models import Facet, Ownership

UNUSED_AFTER = timedelta(days=45)
_LAST_USED = "last_used"  # the facet of a user that has when each key was used


class CredentialSource(ListedSource):
    """By user. Of a user whose credentials aren't read nothing is said of them."""

    name = "credentials"
    title = "Credentials"
    code = ("identities/posture", "identities/credentials/root.py")
    rules: Mapping[str, Rule] = rules_of(*words.RULES)

    def found(self, aws_account: AwsAccount) -> Iterable[Found]:
        yield from _of_root(aws_account, root_of(aws_account))
        users = IamUser.objects.live().filter(aws_account=aws_account).exclude(ownership=Ownership.IGNORED)
        known = {user.pk: user for user in users.defer("tags").order_by("pk")}
        yield from _of_sign_in(known.values())
        yield from _of_passwords(aws_account, known)
        yield from _of_keys(aws_account, known)
        yield from _of_policies(aws_account, known)


# ---- The root user -------------------------------------------------------------------------------------------
def _of_root(aws_account: AwsAccount, root: RootUserView) -> Iterator[Found]:
    about = (RootUser.kind, aws_account.account_id, "root user")
    if root.has_keys:
        sentence = "No policy limits what its access key may do, and nobody needs it: delete it once nothing uses it."
        yield Found(words.ROOT_KEY, FindingSeverity.CRITICAL, *about, sentence)
    if root.mfa is False and root.has_password is not False:
        sentence = "Anybody who learns its password controls the AWS account."
        yield Found(words.ROOT_MFA, FindingSeverity.CRITICAL, *about, sentence)
    if root.used_recently and root.last_used_at is not None:
        sentence = f"It was used on {day(root.last_used_at)}. Few tasks need it; IAM roles are for all others."
        yield Found(words.ROOT_USED, FindingSeverity.MEDIUM, *about, sentence)


# ---- Passwords -----------------------------------------------------------------------------------------------
def _about(user: IamUser) -> tuple[str, str, str]:
    return IamUser.kind, user.aws_id, user.name


def _of_sign_in(users: Iterable[IamUser]) -> Iterator[Found]:
    for user in users:
        if user.lacks_mfa:
            sentence = f"{user.name} signs in to the AWS Management Console with a password alone."
            yield Found(words.NO_MFA, FindingSeverity.HIGH, *_about(user), sentence)


def _of_passwords(aws_account: AwsAccount, users: Mapping[int, IamUser]) -> Iterator[Found]:
    """By the credential report, which says when a password was made and used."""
    before = timezone.now() - UNUSED_AFTER
    rows = ReportedUser.objects.live().filter(aws_account=aws_account, password_enabled=True)
    for pk, used, changed in rows.order_by("pk").values_list("user_id", "password_last_used_at", "password_changed_at"):
        user = users.get(pk)
        last = max((at for at in (used, changed) if at), default=None)
        if user is not None and user.has_password and last is not None and last < before:
            when = f"last on {day(used)}" if used else f"never, and set it on {day(changed)}"
            sentence = f"{user.name} used the password for the AWS Management Console {when}."
            yield Found(words.UNUSED_PASSWORD, FindingSeverity.MEDIUM, *_about(user), sentence)


# ---- Access keys ---------------------------------------------------------------------------------------------
def _of_keys(aws_account: AwsAccount, users: Mapping[int, IamUser]) -> Iterator[Found]:
    rows = AccessKey.objects.live().filter(aws_account=aws_account, status=Credential.Status.ACTIVE)
    told = keys_told(aws_account)
    active: defaultdict[int, list[AccessKey]] = defaultdict(list)
    for key in rows.order_by("pk"):
        active[key.user_id].append(key)
    for pk, keys in active.items():
        if (user := users.get(pk)) is not None:
            for key in keys:
                yield from _of_key(user, key, is_told=user.aws_id in told)
            if len(keys) > 1:
                sentence = (
                    f"{user.name} has {counted(len(keys), 'active access key')}: one is enough but while it is rotated."
                )
                yield Found(words.TWO_KEYS, FindingSeverity.LOW, *_about(user), sentence)


def keys_told(aws_account: AwsAccount) -> set[str]:
    """The unique ids of users of whom AWS has told when their keys were used."""
    uses = Facet.objects.filter(aws_account=aws_account, kind=IamUser.kind, source=_LAST_USED, coverage="read")
    return set(uses.values_list("object_id", flat=True))


def _of_key(user: IamUser, key: AccessKey, *, is_told: bool) -> Iterator[Found]:
    """One finding of a key at most: of an old one that it is old, of another one that nobody uses it."""
    now = timezone.now()
    use = KeyUse.of(key, now, is_told=is_told)
    evidence = {"key": key.name, "unused": use.is_unused}
    if key.created_at is not None and key.created_at < key_cutoff():
        sentence = f"The access key {key.short} of {user.name} was made on {day(key.created_at)}{use.words}."
        yield Found(words.OLD_KEY, FindingSeverity.HIGH, *_about(user), sentence, (key.aws_id,), evidence)
    elif is_told and key.created_at is not None and key.is_idle(UNUSED_AFTER.days):
        sentence = f"The access key {key.short} of {user.name} was made on {day(key.created_at)}{use.words}."
        yield Found(words.UNUSED_KEY, FindingSeverity.MEDIUM, *_about(user), sentence, (key.aws_id,), evidence)


@dataclass(frozen=True)
class KeyUse:
    """`words` change rarely, though AWS tells another time of use with each pull."""

    is_unused: bool  # for as long as keys should last
    words: str

    @classmethod
    def of(cls, key: AccessKey, now: datetime, *, is_told: bool) -> KeyUse:
        if not is_told:
            return cls(False, "")
        if key.last_used_at is None:
            return cls(True, " and was never used")
        if key.last_used_at < now - KEY_LASTS:
            return cls(True, f" and was last used on {day(key.last_used_at)}")
        in_use = key.last_used_at > now - UNUSED_AFTER
        return cls(False, ", and is in use" if in_use else f" and was last used on {day(key.last_used_at)}")


# ---- Policies of users ---------------------------------------------------------------------------------------
def _of_policies(aws_account: AwsAccount, users: Mapping[int, IamUser]) -> Iterator[Found]:
    """Attached directly or inline. A permissions boundary is none."""
    own: defaultdict[int, list[str]] = defaultdict(list)
    models: tuple[Any, ...] = (Attachment, InlinePolicy)
    for model in models:
        rows = model.objects.live().filter(aws_account=aws_account, user__isnull=False)
        for pk, name in rows.order_by("name_key", "pk").values_list("user_id", "name"):
            own[pk].append(name)
    for pk, names in own.items():
        if (user := users.get(pk)) is not None:
            more = f" and {len(names) - 3} more" if len(names) > 3 else ""
            sentence = f"{user.name} has {', '.join(names[:3])}{more} directly, and not by a group."
            yield Found(words.OWN_POLICIES, FindingSeverity.LOW, *_about(user), sentence)
