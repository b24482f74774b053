"""Steps on the credentials of a user, as forms and other plans ask for them."""

from __future__ import annotations

from typing import Any

from identities.models import AccessKey, IamUser
from sync.operations import Refusal, StepSpec
from sync.placeholders import placeholder_for


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
