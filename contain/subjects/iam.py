"""IAM users and roles."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from django.urls import reverse

from access.effective_access import AccessExtent, access_of
from access.escalation.administrator import is_administrator
from access.holders import Holder, caller_named, holder_of
from access.onward_roles import ReachedRole
from access.protection import why_protected
from access.surroundings import surroundings_of
from contain.administrators import is_last_administrator
from contain.denial import denial
from contain.hits import hits_later
from contain.pieces import Piece, SubjectFact, Uncut
from contain.roles import RolesTakenOn, longest_session_s, sessions_cut, why_never_cut
from contain.subjects.base import LEFT_BEHIND, PROPAGATION, Subject
from iamconsole.web.words import counted, day, duration
from identities.models import AccessKey, IamRole, IamUser, LoginProfile, ServiceCredential, SigningCertificate, SshKey
from identities.operations import contain
from identities.operations.containing import ISSUED, SETTLES
from identities.operations.credentials.of_user import on_user
from policies.engine.catalogue import AccessLevel
from sync.models import MirroredRow

LONGEST_OF_USER_S = 129_600  # GetSessionToken and GetFederationToken: 36 hours (STS API Reference)
_LAST = "is the last administrator of this AWS account: without them nobody could undo it. Make another one first."
_LEVELS = (
    (AccessLevel.PERMISSIONS, "permissions"),
    (AccessLevel.WRITE, "write"),
    (AccessLevel.TAGGING, "write"),
    (AccessLevel.READ, "read"),
    (AccessLevel.LIST, "read"),
)
_SERVICES_SHOWN = 6


class IamSubject(Subject):
    @property
    def url(self) -> str:
        return reverse(self.slug, kwargs={"account_id": self.aws_account.account_id, "aws_id": self.row.aws_id})

    @property
    def trail_row(self) -> MirroredRow | None:
        row: MirroredRow = self.row
        return row

    @cached_property
    def holder(self) -> Holder | None:
        caller = caller_named(self.row.arn)
        return holder_of(self.aws_account, caller) if caller else None

    @cached_property
    def is_last_administrator(self) -> bool:
        return self.holder is not None and is_last_administrator(self.aws_account, self.holder)

    @cached_property
    def _roles(self) -> RolesTakenOn | None:
        if self.holder is None:
            return None
        asked = self.asked
        return RolesTakenOn(self.aws_account, self.holder, self.lately.assumed, asked.may_see, asked.at)

    @property
    def roles_elsewhere(self) -> Sequence[ReachedRole]:
        """That they may take on, or took on, in other AWS accounts."""
        return self._roles.elsewhere if self._roles else ()

    @cached_property
    @abstractmethod
    def own_pieces(self) -> Sequence[Piece]:
        """Without the roles that they take on."""

    @cached_property
    def pieces(self) -> Sequence[Piece]:
        return [*self.own_pieces, *self.role_pieces]

    @cached_property
    def role_pieces(self) -> Sequence[Piece]:
        return self._roles.pieces() if self._roles else []

    def _uncut_roles(self) -> Iterator[Uncut]:
        if (roles := self._roles) is not None:
            yield from roles.uncut()

    def facts(self) -> Iterator[SubjectFact]:
        row = self.row
        yield SubjectFact("Identity", f"{self.noun} {row.name}, path {row.path}", self.url)
        yield from self._access()
        if count := len(self.role_pieces):
            yield SubjectFact("Reaches", counted(count, "role"))
        if row.created_at:
            yield SubjectFact("Made", f"on {day(row.created_at)}")

    def _access(self) -> Iterator[SubjectFact]:
        """In short, by the engine."""
        holder = self.holder
        if holder is None:
            yield SubjectFact("Access", "Not known: the mirror doesn’t hold its policies.")
            return
        around = surroundings_of(self.aws_account.account_id)
        if is_administrator(holder, around):
            yield SubjectFact("Access", "An administrator of this AWS account.", level="everything")
            return
        highest: dict[str, str] = {}
        for service in access_of(holder, around, holder.not_read).services:
            may = {each.level for each in service.levels if each.may and each.extent is not AccessExtent.NONE}
            word = next((word for level, word in _LEVELS if level in may), "")
            if word:
                highest[service.name] = word
        yield SubjectFact("Access", *_in_short(highest, unsure=bool(holder.not_read)))


def _in_short(highest: dict[str, str], *, unsure: bool) -> tuple[str, str, str]:
    """Words, no address, and the highest level. `highest`: by service."""
    if not highest:
        return ("Not known: some of its policies aren’t read." if unsure else "None by its policies."), "", "none"
    order = [word for _, word in _LEVELS]
    level = min(highest.values(), key=order.index)
    names = sorted(highest, key=lambda name: (order.index(highest[name]), name))
    more = len(names) - _SERVICES_SHOWN
    rest = f" and {more} more" if more > 0 else ""
    also = "; some of its policies aren’t read" if unsure else ""
    return f"{', '.join(names[:_SERVICES_SHOWN])}{rest}{also}", "", level


class UserSubject(IamSubject):
    slug, icon, noun = "user", "user", "User"
    row: IamUser

    @cached_property
    def own_pieces(self) -> Sequence[Piece]:
        pieces = [*self._denials(), *self._keys(), *self._login(), *self._others()]
        return [self._kept_in(each) for each in pieces] if self.is_last_administrator else pieces

    @property
    def why_not_all(self) -> str:
        return f"{self.name} {_LAST}" if self.is_last_administrator else super().why_not_all

    def _kept_in(self, piece: Piece) -> Piece:
        """Of the last administrator everything isn't denied; of the ways in only the key that leaked is chosen."""
        if piece.key == "deny":
            return replace(piece, refused=f"{self.name} {_LAST}")
        if piece.key in self._ways_in:
            return replace(piece, is_chosen=piece.key == f"key:{self.asked.key}" and len(self._ways_in) > 1)
        return piece

    @cached_property
    def _ways_in(self) -> frozenset[str]:
        """The pieces that each take away one by which they sign in or call AWS."""
        return frozenset(each.key for each in (*self._keys(), *self._login()))

    def why_not(self, chosen: Sequence[Piece]) -> str:
        taken = {each.key for each in chosen}
        if self._ways_in and self._ways_in <= taken and self.is_last_administrator:
            return f"{self.name} {_LAST} Until then one key, or the password, stays."
        return ""

    def _denials(self) -> Iterator[Piece]:
        steps, how = denial(self.row, self.asked.at)
        yield Piece(
            "deny",
            f"Deny everything to {self.name}",
            f"{how} It wins over every permission, with any key and in any session of theirs, also with keys that "
            "somebody makes meanwhile.",
            steps,
            refused="" if steps else how,
        )
        yield Piece(
            "sessions",
            f"Deny the sessions of {self.name} that began before now",
            "GetSessionToken, GetFederationToken and the AWS console. Keys go on; it takes this where not everything "
            "is denied.",
            (contain(self.row, self.asked.at + SETTLES, ISSUED),),
            is_chosen=False,
        )

    def _keys(self) -> Iterator[Piece]:
        for key in AccessKey.objects.live().filter(user=self.row, status=AccessKey.Status.ACTIVE).order_by("pk"):
            used = f"Last used on {day(key.last_used_at)}" if key.last_used_at else "No use of it is known"
            yield Piece(
                f"key:{key.aws_id}",
                f"Deactivate the access key {key.aws_id}",
                f"{used}. It isn’t deleted: it can be activated again.",
                (on_user(self.row, "iam.key.deactivate", key=key.aws_id),),
            )

    def _login(self) -> Iterator[Piece]:
        if LoginProfile.objects.live().filter(user=self.row).exists():
            yield Piece(
                "login",
                "Delete the console password",
                "Nobody signs in with it any more. It can’t come back: a new one can be given.",
                (on_user(self.row, "iam.login.delete"),),
            )

    def _others(self) -> Iterator[Piece]:
        for model, kind, parameter, word in _OTHER_CREDENTIALS:
            rows: Any = model
            for row in rows.objects.live().filter(user=self.row, status="Active").order_by("pk"):
                of = f" for {row.service}" if isinstance(row, ServiceCredential) else ""
                yield Piece(
                    f"{word.replace(' ', '-')}:{row.aws_id}",
                    f"Deactivate the {word} {row.aws_id}{of}",
                    "It isn’t deleted: it can be activated again.",
                    (on_user(self.row, f"{kind}.set_status", **{parameter: row.aws_id, "active": False}),),
                )

    def uncut(self) -> Iterator[Uncut]:
        yield from self._uncut_roles()
        if self.row.key_count is None:
            words = "The mirror hasn’t read their access keys and password yet. Everything can be denied all the same."
            yield Uncut("Keys and password", words, "triangle-alert")
        yield Uncut(
            "Sessions of roles that aren’t cut here",
            "They go on until they end, up to twelve hours after they began, whatever becomes of the user.",
            "clock",
        )
        yield Uncut(
            "Access that somebody else holds",
            "Grants of KMS keys to others, and data that was read already. Links signed with their keys fail with "
            "the keys.",
        )
        yield PROPAGATION
        yield LEFT_BEHIND

    def facts(self) -> Iterator[SubjectFact]:
        yield from super().facts()
        mfa = self.row.mfa_count
        yield SubjectFact("MFA", "not read" if mfa is None else "none" if mfa == 0 else counted(mfa, "device"))


_OTHER_CREDENTIALS = (
    (SigningCertificate, "iam.signing_cert", "certificate", "signing certificate"),
    (SshKey, "iam.ssh_key", "ssh_key", "SSH key"),
    (ServiceCredential, "iam.svc_cred", "credential", "service credential"),
)


class RoleSubject(IamSubject):
    slug, icon, noun = "role", "hat-glasses", "Role"
    row: IamRole

    @cached_property
    def refusal(self) -> str:
        why = why_never_cut(self.aws_account, self.row)
        if why and self.row.is_reserved and not self.row.is_service_linked:
            return f"{why} People take it on by Identity Center: contain the person, on their page."
        return why

    @cached_property
    def own_pieces(self) -> Sequence[Piece]:
        return list(self._own())

    def _own(self) -> Iterator[Piece]:
        hits = None
        if self.holder is not None:
            hits = hits_later(self.aws_account, self.row, self.holder.arn, self.asked.may_see)
        protected = why_protected(self.aws_account, self.row.arn)
        owner = f" An owner has to let it through first: {protected}." if protected else ""
        if session := self.asked.session:
            yield Piece(
                "session",
                "Deny the session that was named",
                f"All sessions of that name, now and later; others who use the role aren’t hit.{owner}",
                (contain(self.row, self.asked.at, "aws:userid", f"{self.row.aws_id}:{session}"),),
            )
        yield Piece(
            "sessions",
            f"Cut all sessions of {self.name} that began before now",
            f"Whoever may assume the role begins a new one, the intruder, too, unless they are cut off.{owner}",
            (sessions_cut(self.row, self.asked.at),),
            is_chosen=not self.asked.session,
            hits=hits,
        )
        steps, how = denial(self.row, self.asked.at)
        yield Piece(
            "deny",
            f"Deny everything to {self.name}",
            f"{how} Also to sessions that begin later, until it is released.{owner}",
            steps,
            is_chosen=False,
            hits=hits,
            refused="" if steps else how,
        )

    def why_not(self, chosen: Sequence[Piece]) -> str:
        if self.is_last_administrator and any(each.key == "deny" for each in chosen):
            return f"{self.name} {_LAST}"
        return ""

    def uncut(self) -> Iterator[Uncut]:
        yield from self._uncut_roles()
        yield Uncut(
            "New sessions",
            "Services such as Lambda and EC2 fetch new ones by themselves, and so does whoever the trust policy lets "
            "in, unless everything is denied. A session that is left alone lasts "
            f"{duration(longest_session_s(self.row))} at most.",
            "clock",
            reverse("role_trust", kwargs={"account_id": self.aws_account.account_id, "aws_id": self.row.aws_id}),
        )
        yield PROPAGATION
        yield LEFT_BEHIND
