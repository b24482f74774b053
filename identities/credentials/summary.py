"""The columns of a user that lists show and sort: what the facets of its credentials say, in short."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from identities.models import AccessKey, CredentialSummary, IamUser, LoginProfile, MfaDevice, ReportedUser
from sync.mirror.hashing import moment

Columns = dict[str, Any]


def renew(users: Collection[IamUser], facet: str) -> None:
    """Of these users, from the rows that `facet` brought. A few queries, however many users there are.

    Locked and read anew: what another facet brings just now must not be written over with what was before it.
    """
    if facet not in _DESCRIBED:
        return
    model, tell = _DESCRIBED[facet]
    users = list(IamUser.objects.select_for_update().filter(pk__in=[user.pk for user in users]).order_by("aws_id"))
    rows: defaultdict[int, list[Any]] = defaultdict(list)
    for row in model.objects.filter(user__in=users):
        rows[row.user_id].append(row)
    for user in users:
        for column, value in tell(rows[user.pk]).items():
            setattr(user, column, value)
        user.last_activity_at = _latest([user.keys_used_at, user.reported_use_at])
    IamUser.objects.bulk_update(users, sorted(CredentialSummary.COLUMNS))


def _keys(rows: Sequence[AccessKey]) -> Columns:
    live = _live(rows)
    active = [key for key in live if key.is_active]
    made = [key.created_at for key in active if key.created_at]
    return {"key_count": len(live), "active_key_count": len(active), "oldest_key_at": min(made, default=None)}


def _keys_used(rows: Sequence[AccessKey]) -> Columns:
    """Those that are gone count too: it is when the user was last active."""
    return {"keys_used_at": _latest([key.last_used_at for key in rows])}


def _mfa(rows: Sequence[MfaDevice]) -> Columns:
    live = _live(rows)
    factors = {MfaDevice.Factor(device.factor) for device in live}
    return {"mfa_count": len(live), "mfa_kinds": ", ".join(one.label for one in MfaDevice.Factor if one in factors)}


def _login(rows: Sequence[LoginProfile]) -> Columns:
    return {"has_password": bool(_live(rows))}


def _report(rows: Sequence[ReportedUser]) -> Columns:
    used = [at for row in rows for at in (row.password_last_used_at, *(moment(key["used_at"]) for key in row.keys))]
    return {"is_reported": bool(rows), "reported_use_at": _latest(used)}


_DESCRIBED: dict[str, tuple[Any, Callable[[Any], Columns]]] = {
    "keys": (AccessKey, _keys),
    "last_used": (AccessKey, _keys_used),
    "mfa": (MfaDevice, _mfa),
    "login": (LoginProfile, _login),
    "report": (ReportedUser, _report),
}


def _live(rows: Sequence[Any]) -> list[Any]:
    return [row for row in rows if row.gone_at is None]


def _latest(moments: Iterable[datetime | None]) -> datetime | None:
    return max((moment for moment in moments if moment), default=None)
