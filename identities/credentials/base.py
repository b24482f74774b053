"""One mechanism for the credentials that depend on a user: what differs between their kinds is data.

AWS has no bulk answer for them, so each kind is a facet of the user that is read user by user.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from identities.models import AccessKey, Credential, CredentialSummary, IamUser, LoginProfile, MfaDevice, ReportedUser
from sync.aws.errors import NotFound
from sync.aws.permission import NOBODY, Permission, reread
from sync.mirror import AccountRegion, Content, Item, Mirror, ParsedItem, Reader
from sync.mirror.hashing import moment
from sync.mirror.rows import columns, write
from sync.object_ref import ObjectRef

# ---- The columns of a user that lists show and sort: what the facets of its credentials say, in short --------
Columns = dict[str, Any]


def renew_summary(users: Collection[IamUser], facet: str) -> None:
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


Entry = dict[str, Any]  # one credential as AWS lists it
Said = dict[str, Any]  # what that means: columns of a row, times in ISO 8601


FEATURE = "Show the credentials of users: which there are, how old and in which state; never a secret."


class UserFacet(Mirror):
    """A facet of users other than their details."""

    kind = IamUser.kind
    model = IamUser

    def object_id(self, item: Item) -> str:
        return str(item["UserId"])

    def of_user(self, client: Reader, ref: ObjectRef) -> Item:
        """The beginning of an item. Raises NotFound."""
        user_id = ref.object_id or client.call("iam", "GetUser", UserName=ref.name)["User"]["UserId"]
        return {"UserId": user_id, "UserName": ref.name, "Arn": ref.arn}


class CredentialsMirror(UserFacet):
    """The credentials of one kind that a user has."""

    known = frozenset({"UserId", "UserName", "Arn", "Credentials"})
    credential_model: ClassVar[type[Credential]]
    operation: ClassVar[str]  # of IAM, with `UserName`
    listed: ClassVar[str]  # the member of its answer
    id_member: ClassVar[str]  # of an entry
    members: ClassVar[Mapping[str, str]]  # the column of the row, by the member of an entry
    ignored_members: ClassVar[frozenset[str]] = frozenset({"UserName"})  # further members

    @property
    def permissions(self) -> Sequence[Permission]:
        return reread(f"iam:{self.operation}", FEATURE, UserName=NOBODY)

    def read_one(self, client: Reader, ref: ObjectRef) -> Item | None:
        try:
            item, entries = self.of_user(client, ref), list(self.entries(client, ref.name))
        except NotFound:
            return None
        return item | self._unknown(entries) | {"Credentials": entries}

    def entries(self, client: Reader, user_name: str) -> Iterator[Entry]:
        """Raises NotFound when there is no such user."""
        for page in client.pages("iam", self.operation, UserName=user_name):
            yield from page.items.get(self.listed) or ()

    def is_still(self, client: Reader, ref: ObjectRef) -> bool:
        try:
            return bool(client.call("iam", "GetUser", UserName=ref.name)["User"]["UserId"] == ref.object_id)
        except NotFound:
            return False

    def _unknown(self, entries: Iterable[Entry]) -> Item:
        """What a newer AWS says beyond what we know: members of their own, so that the facet keeps them aside."""
        known = {*self.members, self.id_member, *self.ignored_members}
        beyond = {
            str(entry.get(self.id_member)): {k: v for k, v in entry.items() if k not in known} for entry in entries
        }
        return {credential: members for credential, members in beyond.items() if members}

    def see(self, item: Item) -> ParsedItem:
        content: Content = {self.source: {self.identify(item, entry): self.row(entry) for entry in item["Credentials"]}}
        return ParsedItem(self.object_id(item), item["UserName"], item["Arn"], content)

    def identify(self, item: Item, entry: Entry) -> str:
        return str(entry[self.id_member])

    def row(self, entry: Entry) -> Said:
        return {column: plain(column, entry.get(member)) for member, column in self.members.items()}

    def save(self, place: AccountRegion, batch: Sequence[ParsedItem], at: datetime) -> None:
        users = users_of(place, [seen.object_id for seen in batch])
        # By its id: a device that went from one user to another while they were read is the latter's.
        rows = {
            credential: columns(
                place, at, aws_id=credential, name=self.name(credential), user_id=user.pk, **typed(said)
            )
            for seen in batch
            if (user := users.get(seen.object_id)) is not None
            for credential, said in seen.content[self.source].items()
        }
        live = place.of(self.credential_model.objects.live()).filter(user__in=users.values())
        live.exclude(aws_id__in=rows).update(gone_at=at)
        write(self.credential_model, list(rows.values()))
        renew_summary(list(users.values()), self.source)

    def name(self, credential: str) -> str:
        return credential

    def remove(self, place: AccountRegion, object_ids: Sequence[str], at: datetime) -> None:
        users = users_of(place, object_ids)
        self.credential_model.objects.live().filter(user__in=users.values()).update(gone_at=at)


def users_of(place: AccountRegion, aws_ids: Sequence[str]) -> dict[str, IamUser]:
    return {row.aws_id: row for row in place.of(IamUser.objects.filter(aws_id__in=aws_ids))}


def plain(column: str, value: Any) -> Any:
    """As content holds it: times in ISO 8601, and nothing where AWS says nothing."""
    if column.endswith("_at"):
        found = moment(value)
        return found.isoformat() if found else None
    return "" if value is None else value


def typed(said: Said) -> Said:
    """As rows hold it."""
    return {column: moment(value) if column.endswith("_at") else value for column, value in said.items()}
