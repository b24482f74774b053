"""IAM of the emulator."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import moto.iam.models as models
import moto.iam.urls
from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data
from moto.utilities.utils import get_partition

from emulator import clock
from emulator.iam.backend import Backend
from emulator.iam.documents import PolicyValidator
from emulator.iam.last_accessed import Use
from emulator.iam.responses import Responses
from emulator.wellknown import ACCOUNT_ID


def install() -> None:
    """Puts our IAM in the place of moto's, for every AWS account of this process."""
    models.iam_backends.backend = Backend
    models.IAMPolicyDocumentValidator = PolicyValidator
    models.utcnow = clock.utcnow
    models.mark_account_as_visited = _note_use
    moto.iam.urls.url_paths["{0}/$"] = Responses.dispatch


def reset() -> None:
    BackendDict.reset()
    reset_model_data()


def note_activity(
    kind: str,
    name: str,
    *,
    at: str,
    region: str = "us-east-1",
    service: str = "",
    actions: str = "",
    account_id: str = "",
) -> None:
    """What no call of the API can make: a past sign-in of a user, a past use of a role or of an access key.

    `kind` is user, role or key; KeyError if there is none of that name. With a `service`, a user or role used that
    service then, as "service last accessed" tells; and these `actions` of it, with blanks between. Without an
    `account_id` the first AWS account that has one of that name is meant.
    """
    moment = datetime.fromisoformat(at).astimezone(UTC).replace(tzinfo=None)
    for owner, accounts in models.iam_backends.items():
        if account_id not in ("", owner):
            continue
        for backend in accounts.values():
            roles = {role.name: role for role in backend.roles.values()}
            held = {"user": backend.users, "role": roles, "key": backend.access_keys}[kind].get(name)
            if held is None:
                continue
            if service and kind != "key":
                backend.note_service(held, service, Use(moment, region, held.arn), actions.split())
            elif kind == "user":
                held.password_last_used = moment
            elif kind == "role":
                held.last_used, held.last_used_region = moment, region
            else:
                held.last_used = models.AccessKeyLastUsed(timestamp=moment, service=service or "iam", region=region)
            return
    raise KeyError(f"There is no {kind} {name}.")


def describe_root(*, account_id: str = ACCOUNT_ID, **facts: Any) -> None:
    """What no call of the API makes of the root user; see `emulator.iam.root`."""
    models.iam_backends[account_id]["aws"].describe_root(**facts)


def _note_use(account_id: str, access_key: str, service: str, region: str) -> None:
    """When and where a key, or the role of a session, was last used."""
    backend = models.iam_backends[account_id][get_partition(region)]
    key = backend.access_keys.get(access_key)
    if key is None:
        return
    key.last_used = models.AccessKeyLastUsed(timestamp=clock.utcnow(), service=service, region=region)
    for role in backend.roles.values():
        if key.role_arn is not None and role.arn == key.role_arn:
            role.last_used = clock.utcnow()
            role.last_used_region = region
