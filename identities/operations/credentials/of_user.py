"""What the operations on a user's credentials have in common. The part is a dict with "object", the user's AIDA…

A credential is named by AWS's id of it, or by "made by step 2" (sync/placeholders.py) when an earlier step makes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, TypeVar

from accounts.models import AwsAccount
from identities.credentials.base import CredentialsMirror
from identities.credentials.mirrors import CERTIFICATES, KEYS, SERVICE_CREDENTIALS, SSH_KEYS
from identities.kinds import USER
from identities.models import AccessKey, Credential, IamUser
from identities.operations.dependents import prefetch_dependents
from identities.operations.owners import OwnerOperation
from objects.operations.objects import ObjectParams
from objects.operations.rows import ref
from sync.aws.client import AwsClient
from sync.checks import PlanFinding
from sync.object_ref import ObjectRef
from sync.operations import BadParams, Call, Refusal, StepSpec, Value
from sync.placeholders import is_placeholder, placeholder_for
from sync.plan_draft import Draft

P = TypeVar("P", bound=ObjectParams)

ACTIVE, INACTIVE = str(Credential.Status.ACTIVE), str(Credential.Status.INACTIVE)


class UserCredentialOperation(OwnerOperation[P]):
    """On what a user has. `facet` is that of the user which tells of it, read again afterwards."""

    known_as: ClassVar[str]  # its kind
    facet: str

    def __init__(self) -> None:
        self.of, self.kind = USER, self.known_as

    def affected_objects(self, aws_account: AwsAccount, p: P) -> list[ObjectRef]:
        return [replace(ref(IamUser, p.arn), facet=self.facet)]

    def prefetch(self, draft: Draft, params: Sequence[P]) -> None:
        super().prefetch(draft, params)
        known = dict.fromkeys((IamUser, p.arn) for p in params)
        prefetch_dependents(draft, [draft.remembered[each] for each in known if each in draft.remembered])

    def dependent(self, p: P) -> tuple[str, bool] | None:
        """What it puts on its user, or takes off (False); None where neither."""
        return None


@dataclass(frozen=True)
class KindOfCredential:
    """What differs between those that can be switched on and off, in our names and AWS's."""

    called: str  # "iam.key", as in iam.key.delete
    word: str  # "access key"
    parameter: str  # of a step, that has the id: "key"
    aws_update: str  # "UpdateAccessKey"
    aws_delete: str
    mirror: CredentialsMirror

    @property
    def a(self) -> str:
        """ "an access key", for sentences."""
        return f"{'an' if self.word.startswith(('a', 'SSH')) else 'a'} {self.word}"

    def entries(self, client: AwsClient, user_name: str) -> Mapping[str, Any]:
        """What AWS lists of the user, by id. Raises NotFound."""
        return {str(entry[self.mirror.id_member]): entry for entry in self.mirror.entries(client, user_name)}


KEY = KindOfCredential("iam.key", "access key", "key", "UpdateAccessKey", "DeleteAccessKey", KEYS)
CERTIFICATE = KindOfCredential(
    "iam.signing_cert",
    "signing certificate",
    "certificate",
    "UpdateSigningCertificate",
    "DeleteSigningCertificate",
    CERTIFICATES,
)
SSH_KEY = KindOfCredential("iam.ssh_key", "SSH key", "ssh_key", "UpdateSSHPublicKey", "DeleteSSHPublicKey", SSH_KEYS)
SERVICE = KindOfCredential(
    "iam.svc_cred",
    "service credential",
    "credential",
    "UpdateServiceSpecificCredential",
    "DeleteServiceSpecificCredential",
    SERVICE_CREDENTIALS,
)


def check_id(of: KindOfCredential, credential: str) -> None:
    """Raises BadParams."""
    if not credential.isalnum() and not is_placeholder(credential):
        raise BadParams(f"{credential!r} isn't the id of {of.a}.")


class CredentialOperation(UserCredentialOperation[P]):
    """On one that is there. The part is {"object", "status": "Active"}, with None for the status where it is gone."""

    def __init__(self, of: KindOfCredential, params_type: type[P]) -> None:
        self.of, self.kind = USER, f"{of.called}.{self.verb}"
        self.credential, self.params_type, self.facet = of, params_type, of.mirror.source

    def parse(self, params: Mapping[str, Any]) -> P:
        p = super().parse(params)
        check_id(self.credential, self.id(p))
        return p

    def id(self, p: P) -> str:
        return str(getattr(p, self.credential.parameter))

    def called(self, p: P) -> str:
        """ "the access key AKIA…", for sentences."""
        return f"the {self.credential.word} {self.id(p)}"

    def call_on_it(self, p: P, operation: str, **parameters: Any) -> list[Call]:
        return self.call(p, operation, **{self.credential.mirror.id_member: self.id(p)}, **parameters)

    def part(self, p: P) -> str:
        return f"credential:{p.arn} {self.id(p)}"

    def describe_existing(self, value: Value) -> str:
        return (
            f"the {self.credential.word} {value['status'].lower()}"
            if value["status"]
            else f"no such {self.credential.word}"
        )

    def mirrored(self, draft: Draft, p: P) -> Value:
        return {"object": self.row(draft, p).aws_id, "status": self._status(draft, p)}

    def _status(self, draft: Draft, p: P) -> str:
        if is_placeholder(self.id(p)):
            if all(placeholder_for(step.position) != self.id(p) for step in self.earlier(draft, p)):
                raise Refusal(f"No earlier step makes {self.called(p)}.")
            return ACTIVE
        row = self.found(draft, p)
        if row is None:
            raise Refusal(
                f"The mirror has no {self.credential.word} {self.id(p)} of {self.named(p)}: pull, then try again."
            )
        return str(row.status)

    def prefetch(self, draft: Draft, params: Sequence[P]) -> None:
        super().prefetch(draft, params)
        model = self.credential.mirror.credential_model
        users = {p.arn: draft.remembered.get((IamUser, p.arn)) for p in params}
        there = model.objects.live().filter(user__in=[user.pk for user in users.values() if user])
        rows = {(row.user_id, row.aws_id): row for row in there}
        for p in params:
            if user := users[p.arn]:
                draft.remembered[model, user.pk, self.id(p)] = rows.get((user.pk, self.id(p)))

    def found(self, draft: Draft, p: P) -> Any:
        """Its row; None for none."""
        model, owner = self.credential.mirror.credential_model, self.row(draft, p)
        rows = model.objects.live().filter(user=owner, aws_id=self.id(p))
        return draft.once((model, owner.pk, self.id(p)), rows.first)

    def parse_part(
        self, client: AwsClient, p: P, owner: Mapping[str, Any], named: Mapping[str, str]
    ) -> Mapping[str, Any]:
        entry = self.credential.entries(client, named["UserName"]).get(self.id(p))
        return {"status": entry["Status"] if entry else None}

    def limits(self, draft: Draft, p: P, value: Value) -> list[PlanFinding]:
        if value["status"] is None:
            return [PlanFinding("NO_SUCH_CREDENTIAL", "error", f"An earlier step deletes {self.called(p)}.")]
        return []


# ---- Steps, as forms and other plans ask for them ------------------------------------------------------------
def on_user(user: IamUser, kind: str, **params: Any) -> StepSpec:
    return StepSpec(kind, {"arn": user.arn, **params})


def delete_key(key: AccessKey) -> list[StepSpec]:
    """Switched off first, where it isn't."""
    about = {"key": key.aws_id}
    off = [on_user(key.user, "iam.key.deactivate", **about)] if key.is_active else []
    return [*off, on_user(key.user, "iam.key.delete", **about)]


def rotate_key(old: AccessKey, *, quiet_days: int, soak_days: int) -> list[StepSpec]:
    """A new key is made and used, the old one falls quiet, is switched off, nobody misses it, it is deleted.

    Until that last step all of it can be undone. A second key must be out of use, and goes first: AWS allows two.
    Raises Refusal.
    """
    user, about = old.user, {"key": old.aws_id}
    others = AccessKey.objects.live().filter(user=user).exclude(pk=old.pk)
    first = [spec for other in others for spec in _make_room(other)]
    new = placeholder_for(len(first) + 1)
    return [
        *first,
        on_user(user, "iam.key.create"),
        on_user(user, "iam.key.await_use", key=new),
        on_user(user, "iam.key.await_quiet", **about, days=quiet_days),
        on_user(user, "iam.key.deactivate", **about),
        on_user(user, "iam.key.await_soak", **about, days=soak_days),
        on_user(user, "iam.key.delete", **about),
    ]


def _make_room(other: AccessKey) -> list[StepSpec]:
    if other.is_active and not other.is_stale:
        raise Refusal(
            f"{other.user.name} has two keys in use, and AWS allows no third: deactivate or delete {other.name} first."
        )
    return delete_key(other)
