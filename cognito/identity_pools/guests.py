"""What a guest of an identity pool may do: by the engine, with the flow taken into account.

In the enhanced flow Cognito lays session policies of its own over the guest role: what the role allows of the services
that AWS lists (`_SERVICES`, below) is so, of others it is *unknown*, and what the role doesn't allow is *no*. In the
classic flow there is no such limit, and the app itself says which role it wants: any that trusts guests of the pool.
"Access policies for unauthenticated identities" and "Basic (classic) flow authentication" in the Amazon Cognito
Developer Guide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from access.effective_access import EffectiveAccess, EffectiveServiceAccess, access_of
from access.holders import Holder, caller_named, holder_of
from access.limits import DecidingStatement
from access.surroundings import Surroundings, surroundings_of
from cognito.identity_pools.operations.base import GUEST
from cognito.identity_pools.scope import Scope, describe, scopes_of
from cognito.identity_pools.sign_in_paths import SignInPaths
from cognito.identity_pools.trusting import keys_of
from cognito.models import IdentityPool
from iamconsole.web.words import counted, some
from identities.models import IamRole
from policies.engine.catalogue import AccessLevel
from policies.engine.conditions import Context
from policies.engine.evaluate import Decision
from policies.engine.identity_pools import issuer_for

MOST_ROWS, MOST_SCOPES = 40, 4  # on the page
_READS = (AccessLevel.LIST, AccessLevel.READ)
_NAMED = 3  # services in the sentence
_LEAD_ON = ("sts:AssumeRole", "iam:PassRole")


@dataclass(frozen=True)
class GuestServiceAccess:
    """What a role lets a guest do of a service. `is_limited`: something may take it that nobody here knows."""

    service: EffectiveServiceAccess
    level: str  # as {% level %} has it
    scopes: Sequence[Scope]
    because: Sequence[DecidingStatement]
    is_limited: bool

    @property
    def is_sure(self) -> bool:
        """No, where Cognito's own limit, or a condition, decides."""
        return not self.is_limited and any(scope.is_certain for scope in self.scopes)

    @property
    def is_conditional(self) -> bool:
        return not self.is_limited and bool(self.condition) and not any(scope.is_unsure for scope in self.scopes)

    @property
    def shown(self) -> Sequence[Scope]:
        return self.scopes[:MOST_SCOPES]

    @property
    def more(self) -> int:
        return max(0, len(self.scopes) - MOST_SCOPES)

    @property
    def on_everything(self) -> bool:
        """Also where it depends on the request, such as on its Region: that leaves no resource out."""
        return any(scope.is_all for scope in self.scopes)

    @property
    def on_no_resource(self) -> bool:
        """By actions that take none, and so can't be cut down to some."""
        return any(not scope.words and not scope.is_harmless for scope in self.scopes)

    @property
    def condition(self) -> str:
        """The keys on which all of it depends, as they are told; "" where something doesn't."""
        if any(not scope.keys for scope in self.scopes):
            return ""
        return describe(list(dict.fromkeys(key for scope in self.scopes for key in scope.keys)))

    @property
    def leads_on(self) -> bool:
        """To what other roles may."""
        allowed = {name for line in self.service.lines if not line.grant.taken_by for name in line.actions}
        return not allowed.isdisjoint(_LEAD_ON)

    def may(self, *levels: AccessLevel) -> bool:
        return any(each.level in levels and each.may for each in self.service.levels)


@dataclass(frozen=True)
class GuestRoleAccess:
    """What comes of one role. `bounds`: why it isn't known what control policies say, in sentences."""

    role: IamRole
    rows: Sequence[GuestServiceAccess]
    access: EffectiveAccess
    bounds: Sequence[str]

    @property
    def shown(self) -> Sequence[GuestServiceAccess]:
        return self.rows[:MOST_ROWS]

    @property
    def left_out(self) -> int:
        return max(0, len(self.rows) - MOST_ROWS)

    @property
    def gap(self) -> str:
        """Why there may be more than `rows`, in a sentence; "" where there isn't."""
        if self.access.not_read:
            return f"The mirror lacks the document of a policy of {self.role.name}, so there may be more: pull again."
        if self.access.unknown:
            return f"{self.role.name} is allowed what this console doesn’t know, too: {some(self.access.unknown)}."
        return ""

    def row(self, prefix: str) -> GuestServiceAccess | None:
        return next((row for row in self.rows if row.service.prefix == prefix), None)


@dataclass(frozen=True)
class GuestAccess:
    """`why_nothing`: a sentence, where a guest gets no credentials. `others`: roles for the classic flow besides.

    `why_unsure`: a sentence, where it isn't known whether the role lets a guest in.
    """

    why_nothing: str
    why_unsure: str
    is_limited: bool  # by Cognito's own session policy
    own: GuestRoleAccess | None
    others: Sequence[IamRole]

    @property
    def sentence(self) -> str:
        if self.own is None:
            return self.why_nothing or "What a guest may do isn’t known: the mirror lacks policies of the guest role."
        if self.why_nothing:
            said = _said(self.own.rows)
            return f"{self.why_nothing} The role {self.own.role.name} would let a guest {said}."
        if not self.own.rows:
            name = self.own.role.name
            if self.own.gap:
                return f"What a guest may do isn’t known. {self.own.gap}"
            return f"A guest may do nothing: the policies of {name} leave nothing that is allowed."
        before = f"{self.why_unsure} " if self.why_unsure else ""
        if before or not self.is_limited:
            may = f"By the role {self.own.role.name} a guest could" if before else "A guest may"
            rest = (
                ""
                if self.is_limited
                else "The classic flow is on, so the limit that Cognito puts on guests doesn’t apply."
            )
            return " ".join(filter(None, (f"{before}{may} {_said(self.own.rows)}.", self.own.gap, rest)))
        return " ".join(filter(None, (*self._within_the_limit(self.own), self.own.gap)))

    def _within_the_limit(self, own: GuestRoleAccess) -> Iterator[str]:
        listed = [row for row in own.rows if not row.is_limited]
        others = [row for row in own.rows if row.is_limited]
        if listed:
            yield f"A guest may {_said(listed)}: AWS lists that among what guests may do in the enhanced flow."
        if others:
            yield (
                f"By the role {own.role.name} a guest could {'also ' if listed else ''}{_said(others)}. Whether they "
                "may is unknown: AWS doesn’t list it among what Cognito lets guests do in the enhanced flow."
            )


def guest_access(row: IdentityPool, paths: SignInPaths) -> GuestAccess:
    link = paths.guest.links[0] if paths.guest.links else None
    role = link.role if link else None
    unsure = ""
    if link and link.trust and link.trust.lets_in is Decision.UNKNOWN:
        unsure = f"Whether {link.name} lets a guest in is unknown: a condition of its trust decides."
    limit = _everything if unsure else _nothing if row.classic_flow else _unlisted
    own = of_role(role, row.aws_id, limit) if role else None
    return GuestAccess(_why_nothing(row, paths), unsure, not row.classic_flow, own, paths.guest.others)


def _why_nothing(row: IdentityPool, paths: SignInPaths) -> str:
    if not row.guests:
        return "A guest gets nothing: guest access is off."
    if not paths.is_read:
        return "What a guest gets isn’t known: the roles of the pool weren’t read yet."
    if not paths.guest.links:
        return "A guest gets no credentials: the pool has no guest role."
    [link] = paths.guest.links
    if link.role is None or link.trust is None:
        return (
            f"What a guest gets isn’t known: the mirror has no role {link.name}. If AWS has none either, it is nothing."
        )
    if not link.trust.works:
        return f"A guest gets no credentials: {link.name} doesn’t trust guests of this pool."
    return ""


def _nothing(action: str) -> bool:
    return False


def _everything(action: str) -> bool:
    return True


def _unlisted(action: str) -> bool:
    return not is_listed(action)


def of_role(role: IamRole, pool_id: str, limit: Callable[[str], bool] = _nothing) -> GuestRoleAccess | None:
    """Of guests of that pool; None where the mirror lacks what it takes to say.

    `limit`: whether an action that policies allow may be taken away all the same.
    """
    caller = caller_named(role.arn)
    holder = holder_of(role.aws_account, caller) if caller else None
    if holder is None:
        return None
    around, context = surroundings_of(role.aws_account.account_id), keys_of(issuer_for(role.arn), pool_id, GUEST)
    return _of_holder(role, holder, around, context, limit)


def _of_holder(
    role: IamRole, holder: Holder, around: Surroundings, context: Context, limit: Callable[[str], bool]
) -> GuestRoleAccess:
    access = access_of(holder, around, holder.not_read, context)
    limit = _everything if access.not_read else limit
    rows = [row for service in access.services if (row := _row(service, limit)).level != "none"]
    rows.sort(key=lambda row: (not row.on_everything, row.service.name.lower()))
    bounds = sorted({*around.not_read.values()})
    return GuestRoleAccess(role, rows, access, bounds)


def _row(service: EffectiveServiceAccess, limit: Callable[[str], bool]) -> GuestServiceAccess:
    left = sorted((line for line in service.lines if not line.grant.taken_by), key=lambda line: line.grant.resource)
    scopes = scopes_of(left)
    because = list(dict.fromkeys(reason for line in left for reason in line.grant.because))
    is_limited = any(limit(name) for line in left for name in line.actions)
    return GuestServiceAccess(service, level_of(service), scopes, because, is_limited)


def level_of(service: EffectiveServiceAccess) -> str:
    may = {level.level for level in service.levels if level.may}
    if not may:
        return "none"
    if service.is_full:
        return "everything"
    if AccessLevel.PERMISSIONS in may:
        return "permissions"
    return "read" if may <= {*_READS} else "write"


def _said(rows: Sequence[GuestServiceAccess]) -> str:
    """ "read everything in Amazon S3, and write to 2 others"."""
    if not rows:
        return "do nothing"
    whole = [row for row in rows if row.level == "everything"]
    if len(whole) > _NAMED:
        rest = len(rows) - len(whole)
        others = f" and use {counted(rest, 'more service', 'more services')}" if rest else ""
        return f"do everything in {len(whole):,} services{others}"
    shared = {row.condition for row in rows}
    shared_words = shared.pop() if len(shared) == 1 else ""
    parts = [_part(row, is_bare=bool(shared_words)) for row in rows[:_NAMED]]
    if (more := len(rows) - _NAMED) > 0:
        parts.append(f"use {counted(more, 'more service', 'more services')}")
    return f"{_joined(parts)}, {shared_words}" if shared_words else _joined(parts)


def _part(row: GuestServiceAccess, *, is_bare: bool) -> str:
    """`is_bare`: without the condition on which it depends."""
    said = f"{_verb(row)}{_where(row)} in {row.service.name}"
    if row.level != "everything" and not any(scope.words for scope in row.scopes):
        said += " what takes no resource"
    return said if is_bare or not row.condition else f"{said} ({row.condition})"


def _where(row: GuestServiceAccess) -> str:
    """ " everything", or the first resources; "" where there is none to be named."""
    named = list(dict.fromkeys(scope.words for scope in row.scopes if scope.words))
    if "everything" in named:
        return "" if row.level in ("permissions", "everything") else " everything"
    return f" {some(named)}" if named else ""


def _verb(row: GuestServiceAccess) -> str:
    if row.level == "everything":
        return "do everything"
    if row.level == "permissions":
        return "change permissions" if row.on_everything else "change permissions of"
    if row.level == "read":
        return "list and read" if row.may(AccessLevel.LIST) else "read"
    return "read and write" if row.may(*_READS) else "write"


def _joined(parts: Iterable[str]) -> str:
    *rest, last = parts
    return f"{', '.join(rest)} and {last}" if rest else last


# ---------------------------------------------------------------------------------------------------------------------
# What Cognito lets guests do at most in the enhanced flow: by two session policies, of which either one is enough.
# "IAM roles" in the Amazon Cognito Developer Guide ("Access policies for unauthenticated identities") lists the
# services of the inline one, Amazon S3 among them; AmazonCognitoUnAuthedIdentitiesSessionPolicy, which AWS manages,
# is the other. What is on neither list is unknown, and not no: AWS adds to them.
_SERVICES = """
    appsync cloudwatch codewhisperer cognito-identity cognito-idp cognito-sync comprehend dynamodb execute-api firehose
    gamelift iot kinesis lambda lex logs machinelearning mobileanalytics mobiletargeting personalize polly rekognition
    s3 sdb ses sns sqs transcribe translate
"""
_ACTIONS = """
    geo:CalculateRoute* geo:*DevicePosition* geo:*Geofence geo:*Geofences geo:GetMap* geo:GetPlace geo:ListMaps
    geo:SearchPlaceIndex*
    kms:Decrypt kms:Encrypt kms:GenerateDataKey kms:GenerateDataKeyPair kms:GenerateDataKeyPairWithoutPlaintext
    kms:GenerateDataKeyWithoutPlaintext kms:ReEncryptFrom kms:ReEncryptTo
    rum:PutRumEvents sagemaker:InvokeEndpoint textract:AnalyzeDocument textract:DetectDocumentText
"""
_WHOLE = frozenset(_SERVICES.split())
_LISTED = re.compile("|".join(re.escape(each).replace(r"\*", ".*") for each in _ACTIONS.lower().split()))


@lru_cache(maxsize=4096)
def is_listed(action: str) -> bool:
    """ "s3:GetObject"."""
    named = action.lower()
    return named.partition(":")[0] in _WHOLE or _LISTED.fullmatch(named) is not None
