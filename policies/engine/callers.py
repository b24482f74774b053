"""Callers, and how a policy's Principal element names them.

IAM User Guide, "AWS JSON policy elements: Principal" and "NotPrincipal".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cached_property
from typing import Any

from aws_constraints.arn import Arn, name_of
from policies.engine.truth import MAYBE, NO, UNKNOWN, YES, Truth, UnknownType

USER_ID = "aws:userid"  # of a session: `role-id:session-name`


class CallerKind(StrEnum):
    USER = "User"
    ROLE = "AssumedRole"
    FEDERATED_USER = "FederatedUser"
    ROOT = "Account"
    FEDERATED = "Federated"  # somebody who comes from a provider, with no AWS credentials yet
    SERVICE = "Service"
    ANONYMOUS = "Anonymous"


class NamingDirectness(IntEnum):
    """How directly a resource policy names the caller: decides what still limits them. More direct is greater."""

    NOT = 0
    ACCOUNT = 1  # delegates to the AWS account, whose identity policies must allow, too
    ROLE = 2  # the role: boundary and session policy still limit
    ITSELF = 3  # the user, the session, a service, or everyone


_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_SERVICE_LINKED_PATH, _SERVICE_LINKED_NAME = "/aws-service-role/", "AWSServiceRoleFor"
_ANONYMOUS = "anonymous"


@dataclass(frozen=True)
class Caller:
    """The principal of a request. `arn` is "" for anonymous callers and a service's name for services.

    A role with an AWS account and no ARN is somebody of that AWS account of whom nothing more is known.
    """

    kind: CallerKind
    arn: str = ""
    account: str = ""
    name: str = ""  # of the user, or of the session's role

    @property
    def is_service_linked(self) -> bool:
        """Of a session the ARN has the role's name and not its path.

        IAM User Guide, "Create a service-linked role": the path, and names that begin with AWSServiceRoleFor.
        """
        if self.kind is not CallerKind.ROLE:
            return False
        return _SERVICE_LINKED_PATH in self.arn or (self.is_session and self.name.startswith(_SERVICE_LINKED_NAME))

    @property
    def is_session(self) -> bool:
        return ":assumed-role/" in self.arn

    @property
    def is_in_an_account(self) -> bool:
        return bool(self.account) and self.kind is not CallerKind.FEDERATED

    @property
    def partition(self) -> str:
        """Of the ARN; "" where there is none."""
        return self.arn.split(":", 2)[1] if self.arn.startswith("arn:") else ""

    @cached_property
    def keys(self) -> Mapping[str, tuple[str, ...]]:
        """The context keys that the principal alone decides, by name in lower case.

        IAM User Guide, "AWS global condition context keys" ("Availability" of each key), and "IAM policy elements:
        Variables and tags", "Principal key values" (aws:username, aws:userid, aws:PrincipalType).
        """
        if self.kind is CallerKind.SERVICE:
            return _of_service(self.arn)
        if self.kind is CallerKind.ANONYMOUS:
            return {"aws:principaltype": (self.kind.value,), "aws:userid": (_ANONYMOUS,)}
        if not self.is_in_an_account:
            return {}  # who comes from an identity provider signs nothing with AWS credentials
        found = {"aws:principalisawsservice": ("false",), "aws:principalaccount": (self.account,)}
        if not self.arn:
            return found
        found["aws:principaltype"] = (self.kind.value,)
        if self.kind is not CallerKind.ROLE or ":role/" in self.arn:  # a session's ARN lacks its role's path
            found["aws:principalarn"] = (self.arn,)
        if self.kind is CallerKind.USER:
            found["aws:username"] = (self.name,)
        elif self.kind is CallerKind.ROOT:
            found["aws:userid"] = (self.account,)
        elif self.kind is CallerKind.FEDERATED_USER:
            found["aws:userid"] = (f"{self.account}:{self.name}",)
        return found


def _of_service(name: str) -> Mapping[str, tuple[str, ...]]:
    """A service that calls as itself. It may have more names than the one that is given."""
    return {
        "aws:principalisawsservice": ("true",),
        "aws:principalservicename": (name,),
        "aws:principalservicenameslist": (name,),
        "aws:viaawsservice": ("false",),
    }


def caller_of(principal: Any) -> Caller:
    """From an ARN, the name of a service, or `{"type": "Anonymous"}`. Raises ValueError with a sentence."""
    if isinstance(principal, dict):
        kind, value = principal.get("type"), principal.get("value", principal.get("arn", ""))
        if kind == "Anonymous" or principal in ({"AWS": "*"},):
            return Caller(CallerKind.ANONYMOUS)
        principal = value
    if not isinstance(principal, str) or not principal:
        raise ValueError('The principal must be an ARN, the name of a service, or {"type": "Anonymous"}.')
    if principal == "*":
        return Caller(CallerKind.ANONYMOUS)
    found = Arn.parse(principal)
    if found is None:
        if "." not in principal:
            raise ValueError(f"{principal!r} is neither an ARN nor the name of a service.")
        is_provider = not principal.endswith((".amazonaws.com", ".amazonaws.com.cn")) or principal.startswith(
            "cognito-identity"
        )
        return Caller(CallerKind.FEDERATED if is_provider else CallerKind.SERVICE, principal)
    return _of_arn(principal, found.service, found.account, found.resource)


def _of_arn(arn: str, service: str, account: str, resource: str) -> Caller:
    kind, _, rest = resource.partition("/")
    last = rest.rpartition("/")[2]
    if service == "iam" and resource == "root":
        return Caller(CallerKind.ROOT, arn, account)
    if service == "iam" and kind == "user" and last:
        return Caller(CallerKind.USER, arn, account, last)
    if service == "iam" and kind == "role" and last:
        return Caller(CallerKind.ROLE, arn, account, last)
    if service == "sts" and kind == "assumed-role" and rest:
        return Caller(CallerKind.ROLE, arn, account, rest.partition("/")[0])
    if service == "sts" and kind == "federated-user" and rest:
        return Caller(CallerKind.FEDERATED_USER, arn, account, rest)
    if service == "iam" and kind in ("saml-provider", "oidc-provider") and rest:
        return Caller(CallerKind.FEDERATED, arn, account)
    raise ValueError(
        f"{arn!r} is the ARN of nobody who can call AWS: it takes a user, a role, a session or a provider."
    )


def _session_in(user_id: str) -> str:
    return user_id.partition(":")[2]


# IAM User Guide, "AWS global condition context keys": only in requests that AWS services make; aws:SourceOwner by the
# SNS Developer Guide, "Example cases for Amazon SNS access control".
KEYS_OF_SERVICES = frozenset(
    {
        "aws:sourcearn",
        "aws:sourceaccount",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "aws:sourceowner",
        "aws:principalservicename",
        "aws:principalservicenameslist",
    }
)


class Principals:
    """A Principal or NotPrincipal element, compiled. `listed`: (kind, value)."""

    __slots__ = ("_accounts", "_arns", "_everyone", "_others", "_roles", "_sessions", "is_not", "listed")

    def __init__(self, listed: Iterable[tuple[str, str]], *, is_not: bool) -> None:
        self.is_not = is_not
        self._everyone = False
        self._accounts: set[str] = set()
        self._arns: set[str] = set()
        self._roles: set[tuple[str, str]] = set()  # account and name: of a session's role one doesn't know the path
        self._sessions: dict[tuple[str, str], set[str]] = {}  # names of sessions, by account and name of their role
        self._others: set[tuple[str, str]] = set()
        listed = tuple(listed)
        self.listed = tuple(dict.fromkeys(value for _, value in listed))  # as the policy has them
        for kind, value in listed:
            self._add(kind, value)

    def _add(self, kind: str, value: str) -> None:
        if kind == "AWS" and value == "*":
            self._everyone = True
        elif kind != "AWS":
            self._others.add((kind, value))
        elif _ACCOUNT.fullmatch(value):
            self._accounts.add(value)
        else:
            self._add_arn(value)

    def _add_arn(self, value: str) -> None:
        arn = Arn.parse(value)
        of_iam = arn if arn and arn.service == "iam" and not arn.region else None
        if of_iam and of_iam.resource == "root" and _ACCOUNT.fullmatch(of_iam.account):
            self._accounts.add(of_iam.account)
            return
        self._arns.add(value)
        if of_iam and of_iam.kind == "role" and (name := name_of(of_iam.resource)):
            self._roles.add((of_iam.account, name))
        if arn and arn.service == "sts" and arn.role_of_session:
            self._sessions.setdefault((arn.account, arn.role_of_session), set()).add(name_of(arn.resource))

    def names(self, caller: Caller) -> NamingDirectness:
        """Of what is listed, how directly it names the caller."""
        if self._everyone:
            return NamingDirectness.ITSELF
        if caller.kind in (CallerKind.SERVICE, CallerKind.FEDERATED):
            listed = ("Service", "Federated") if caller.kind is CallerKind.SERVICE else ("Federated",)
            return (
                NamingDirectness.ITSELF
                if any((kind, caller.arn) in self._others for kind in listed)
                else NamingDirectness.NOT
            )
        if caller.kind is CallerKind.ANONYMOUS:
            return NamingDirectness.NOT
        if caller.kind is CallerKind.ROLE:
            return self._names_role(caller)
        if caller.arn in self._arns or (caller.kind is CallerKind.ROOT and caller.account in self._accounts):
            return NamingDirectness.ITSELF
        return NamingDirectness.ACCOUNT if caller.account in self._accounts else NamingDirectness.NOT

    def _names_role(self, caller: Caller) -> NamingDirectness:
        if caller.is_session:
            if caller.arn in self._arns:
                return NamingDirectness.ITSELF
            by_role = (caller.account, caller.name) in self._roles
        else:
            by_role = caller.arn in self._arns
        if by_role:
            return NamingDirectness.ROLE
        return NamingDirectness.ACCOUNT if caller.account in self._accounts else NamingDirectness.NOT

    def names_session_of(self, caller: Caller, user_ids: tuple[str, ...] | UnknownType | None) -> Truth:
        """Whether it lists a session of the role that the caller is, by its ARN: as which one it asks, aws:userid says.

        IAM User Guide, "IAM policy elements: Variables and tags", "Principal key values": `role-id:session-name`.
        """
        names = self._sessions.get((caller.account, caller.name)) if caller.kind is CallerKind.ROLE else None
        if not names or caller.is_session or not user_ids:
            return NO
        return MAYBE if user_ids is UNKNOWN else YES if any(_session_in(each) in names for each in user_ids) else NO

    @property
    def arns(self) -> frozenset[str] | None:
        """The users, roles and sessions that are named themselves; None where others are meant by that."""
        return None if self.is_not or self._everyone else frozenset(self._arns)

    @property
    def roles_of_sessions(self) -> Collection[tuple[str, str]]:
        """AWS account and name of the roles whose sessions are listed."""
        return self._sessions.keys()

    def lists_fully(self, caller: Caller) -> bool:
        """For NotPrincipal with Deny: whether it excepts the caller: it must list session, role and AWS account."""
        if self._everyone or not caller.is_in_an_account:
            return self.names(caller) is NamingDirectness.ITSELF
        if caller.account not in self._accounts:
            return False
        if caller.kind is CallerKind.ROLE and caller.is_session:
            return caller.arn in self._arns and (caller.account, caller.name) in self._roles
        return caller.kind is CallerKind.ROOT or caller.arn in self._arns
