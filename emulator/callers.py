"""Who calls the emulator, by access key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from moto.iam.models import iam_backends
from moto.sts.models import sts_backends
from moto.utilities.utils import get_partition

from emulator.ids import unique_id
from emulator.wellknown import ACCOUNT_ID, HOST_KEY_ID, HOST_NAME, ROOT_KEY_ID
from emulator.wire import AwsRequest

Kind = Literal["root", "host", "user", "session", "stranger"]


@dataclass(frozen=True)
class Caller:
    kind: Kind
    account_id: str
    partition: str
    arn: str
    user_id: str
    user: Any = None
    role: Any = None
    session: Any = None

    @property
    def backend(self) -> Any:
        return iam_backends[self.account_id][self.partition]

    @property
    def root_arn(self) -> str:
        return f"arn:{self.partition}:iam::{self.account_id}:root"

    @property
    def names(self) -> frozenset[str]:
        """What a trust policy may call this caller."""
        role = {self.role.arn, self.role.id} if self.role is not None else set()
        return frozenset({self.arn, self.user_id, *role})

    @property
    def delegates(self) -> frozenset[str]:
        return frozenset({self.root_arn, self.account_id})


def caller_of(request: AwsRequest) -> Caller:
    return find_caller(request.access_key, get_partition(request.region))


def find_caller(access_key: str, partition: str) -> Caller:
    if access_key == ROOT_KEY_ID:
        root = f"arn:{partition}:iam::{ACCOUNT_ID}:root"
        return Caller("root", ACCOUNT_ID, partition, root, ACCOUNT_ID)
    for account_id, partitions in list(iam_backends.items()):
        backend = partitions[partition]
        key = backend.access_keys.get(access_key)
        if key is None:
            continue
        if key.user_name is not None:
            user = backend.get_user(key.user_name)
            return Caller("user", account_id, partition, user.arn, user.id, user=user)
        session = sts_backends[account_id][partition].get_assumed_role_from_access_key(access_key)
        if session is not None:
            role = next((role for role in backend.roles.values() if role.arn == session.role_arn), None)
            return Caller("session", account_id, partition, session.arn, session.user_id, role=role, session=session)
    kind: Kind = "host" if access_key == HOST_KEY_ID else "stranger"
    host = f"arn:{partition}:iam::{ACCOUNT_ID}:user/{HOST_NAME}"
    return Caller(kind, ACCOUNT_ID, partition, host, unique_id("AIDA", account_id=ACCOUNT_ID, name=HOST_NAME))
