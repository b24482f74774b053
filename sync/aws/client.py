"""The client for AWS. `reader()`, `writer()` and `visitor()` make one; nothing else in the console calls AWS.

    client = reader(aws_account)
    role = client.call("iam", "GetRole", RoleName="deploy")["Role"]
    for page in client.pages("iam", "GetAccountAuthorizationDetails", MaxItems=1000): ...

Kept here, so that no caller can forget it: a reader only reads, and makes nobody a person whom AWS bills for, unless it
was opened for that; a writer writes only while writes are on for the AWS account; a visitor has no rights; a dry run
sends no write; a write of unknown outcome is not sent again; reads are paced; each call is logged; policy documents
come as the text that AWS holds (str), and secrets as `sync.aws.secrets.Secret`.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.conf import settings

from accounts.models import AwsAccount
from sync import clock
from sync.aws import errors, purpose
from sync.aws.calls import is_billed, is_known, is_read, is_signed, may_be_resent, takes_messages
from sync.aws.pacing import CombinedPace, Pacing, delays, pace_of, pace_of_call
from sync.aws.purpose import SessionPurpose
from sync.aws.quotas import PER_POOL_QUOTA, category_of, is_customers, is_per_pool, share_of
from sync.aws.session import AwsSession, forget, invoke, session_for
from sync.aws.shared_pace import shared_pace
from sync.aws.target import home_region, target_of, why_rests
from sync.aws.trace import CallOutcome, logged, traced
from sync.aws.translation import SentCall, translate


# ---- Pagination of AWS's lists -------------------------------------------------------------------------------------
# The fields for the next page's marker, which each service names differently. botocore has no paginator for many of
# these operations, and its paginators hide where a page ended, which a pull keeps.
@dataclass(frozen=True)
class Paging:
    """`marker`: the parameter, and the member of the answer, of that name, unless that has another one (`following`).
    `more`: the member that says whether there is another page; where a service has none, there is one as long as the
    answer carries a marker. `size`: the parameter that says how long a page may be, and the longest that AWS takes;
    None where the caller decides."""

    marker: str
    more: str = ""
    size: tuple[str, int] | None = None
    following: str = ""

    @property
    def next_marker(self) -> str:
        return self.following or self.marker

    def sized(self, params: dict[str, Any]) -> dict[str, Any]:
        """`params` with the longest pages, unless they say how long: the fewest calls, and some lists require it."""
        return params if self.size is None else dict([self.size]) | params


_BY_LIMIT, _BY_MAX_RESULTS = ("Limit", 60), ("MaxResults", 60)
# By service, or by operation where one differs from the others of its service.
_PAGING: dict[str, Paging] = {
    "account": Paging("NextToken"),
    "account-access": Paging("nextToken", size=("maxResults", 100)),
    "cloudformation": Paging("NextToken"),
    "cloudtrail": Paging("NextToken", size=("MaxResults", 50)),
    "cognito-identity": Paging("NextToken", size=_BY_MAX_RESULTS),
    "cognito-idp": Paging("NextToken", size=_BY_MAX_RESULTS),
    "cognito-idp:AdminListDevices": Paging("PaginationToken", size=_BY_LIMIT),
    "cognito-idp:AdminListGroupsForUser": Paging("NextToken", size=_BY_LIMIT),
    "cognito-idp:AdminListUserSessions": Paging("NextToken"),
    "cognito-idp:ListDevices": Paging("PaginationToken", size=_BY_LIMIT),
    "cognito-idp:ListGroups": Paging("NextToken", size=_BY_LIMIT),
    "cognito-idp:ListResourceServers": Paging("NextToken", size=("MaxResults", 50)),
    "cognito-idp:ListUserImportJobs": Paging("PaginationToken", size=_BY_MAX_RESULTS),
    "cognito-idp:ListUserPoolClientSecrets": Paging("NextToken"),
    "cognito-idp:ListUserPoolReplicas": Paging("NextToken"),
    "cognito-idp:ListUserSessions": Paging("NextToken"),
    "cognito-idp:ListUsers": Paging("PaginationToken", size=_BY_LIMIT),
    "cognito-idp:ListUsersInGroup": Paging("NextToken", size=_BY_LIMIT),
    "cognito-idp:ListWebAuthnCredentials": Paging("NextToken", size=("MaxResults", 20)),
    # Whole lists, which take neither.
    "cognito-identity:ListTagsForResource": Paging("NextToken"),
    "cognito-idp:ListTagsForResource": Paging("NextToken"),
    "apigateway": Paging("position", size=("limit", 500)),
    "backup": Paging("NextToken", size=("MaxResults", 1000)),
    "dynamodb": Paging("ExclusiveStartTableName", size=("Limit", 100), following="LastEvaluatedTableName"),
    "ec2": Paging("NextToken"),
    "ec2:DescribeVpcEndpoints": Paging("NextToken", size=("MaxResults", 1000)),
    "ecr": Paging("nextToken", size=("maxResults", 1000)),
    "efs": Paging("Marker", size=("MaxItems", 100), following="NextMarker"),
    "events": Paging("NextToken", size=("Limit", 100)),
    "iam": Paging("Marker", more="IsTruncated"),
    "iam:ListDelegationRequests": Paging("Marker", more="isTruncated"),
    "identitystore": Paging("NextToken", size=("MaxResults", 100)),
    "kms": Paging("Marker", more="Truncated", size=("Limit", 100), following="NextMarker"),
    "lambda": Paging("Marker", size=("MaxItems", 50), following="NextMarker"),
    "logs": Paging("nextToken", size=("limit", 1000)),
    "organizations": Paging("NextToken"),
    "rolesanywhere": Paging("nextToken", size=("pageSize", 100)),
    "s3": Paging("ContinuationToken", size=("MaxBuckets", 1000)),
    "s3control": Paging("NextToken", size=("MaxResults", 1000)),
    "secretsmanager": Paging("NextToken", size=("MaxResults", 100)),
    "sns": Paging("NextToken"),
    "sqs": Paging("NextToken", size=("MaxResults", 1000)),
    "sso-admin": Paging("NextToken", size=("MaxResults", 100)),
    "sso-admin:ListTagsForResource": Paging("NextToken"),
}


def paging_of(service: str, operation: str) -> Paging:
    """KeyError for a service that has no lists."""
    return _PAGING.get(f"{service}:{operation}") or _PAGING[service]


# How often the client tries again, each time after a longer wait; less where there is nobody to answer, more where AWS
# only asks for patience: where it refuses every second call, one in 2,000 runs out of tries.
_FURTHER_TRIES_RATE_TAKEN = 3  # where customers' own sign-ins wait in the same line
_FURTHER_TRIES_READ, _FURTHER_TRIES_WRITE, _FURTHER_TRIES_UNREACHABLE, _FURTHER_TRIES_THROTTLED = 5, 3, 1, 10
# … and how long at most, where each try takes its time: whoever waits in the same queue for another AWS account should
# not wait for this one, and nobody says meanwhile that they live (CLAIM_TIMEOUT_S).
_PATIENCE_S = 60.0


@dataclass(frozen=True)
class ListPage:
    """One page of a list. `marker` continues after it, None at the end; `requested_at` is before AWS looked."""

    items: dict[str, Any]
    marker: str | None
    requested_at: datetime
    request_id: str


@dataclass(frozen=True)
class UnsentCall:
    """A write that a dry run did not make."""

    service: str
    operation: str
    params: dict[str, Any]


def reader(
    aws_account: AwsAccount,
    *,
    region: str | None = None,
    bills: bool = False,
    urgent: bool = False,
    takes_messages: bool = False,
) -> AwsClient:
    """A client that only reads. `region` is for services that are not global.

    `bills`: it may read a person as `AdminGetUser` does, whom AWS bills for this month then. Never for a pull.
    `urgent`: somebody waits for it, so that it goes before pulls, as changes do. `takes_messages`: also from the
    console's own queues, which is no change of anything that is anybody else's.
    """
    return AwsClient(
        aws_account, purpose.READING, region=region, bills=bills, urgent=urgent, takes_messages=takes_messages
    )


def visitor(aws_account: AwsAccount, *, region: str) -> AwsClient:
    """A client that tries how people sign in: as their own apps do, without the console's credentials.

    It takes the calls that need no signature. Those that change something of a person need writes to be on.
    """
    return AwsClient(aws_account, purpose.VISITING, region=region, bills=True)


def writer(
    aws_account: AwsAccount,
    *,
    change_id: int,
    operator: str,
    session_policy: dict[str, Any] | None = None,
    dry_run: bool = False,
) -> AwsClient:
    """A client that applies a change. `operator`: their e-mail address, which CloudTrail shows."""
    return AwsClient(aws_account, purpose.of_change(change_id, operator, session_policy), dry_run=dry_run)


class AwsClient:
    """Made by `reader` and `writer`; for one thread. Connects at the first call; all that goes wrong is an `AwsError`.

    `request_id` is AWS's name for the last call that worked; `unsent` is what a dry run did not write.
    """

    def __init__(
        self,
        aws_account: AwsAccount,
        purpose: SessionPurpose,
        *,
        region: str | None = None,
        dry_run: bool = False,
        bills: bool = True,
        urgent: bool = True,
        takes_messages: bool = False,
    ) -> None:
        self._aws_account = aws_account
        self._purpose = purpose
        self._region = region or ""
        self._dry_run = dry_run
        self._bills = bills
        self._urgent = urgent
        self._takes_messages = takes_messages
        self._held_session: AwsSession | None = None
        self.unsent: list[UnsentCall] = []
        self._outcome = CallOutcome()

    def at(self, region: str) -> Self:
        """The same client for that Region; `unsent` and `request_id` are those of both."""
        other = copy.copy(self)
        other._region = region
        return other

    def as_app(self) -> AwsClient:
        """The same client for a call that a person's own app makes: unsigned, whoever asked for it."""
        other = copy.copy(self)
        other._purpose, other._held_session = purpose.VISITING, None
        return other

    @property
    def aws_account(self) -> AwsAccount:
        return self._aws_account

    @property
    def request_id(self) -> str:
        return self._outcome.request_id

    @property
    def notes(self) -> list[str]:
        """Sentences about what the session had to do without, such as a session policy that was too long."""
        return list(self._session().notes)

    @property
    def identity_arn(self) -> str:
        """Who AWS says we are; empty before the first call. Known also after RootUserRefused and WrongAwsAccount."""
        return self._session().identity_arn

    def call(self, service: str, operation: str, /, **params: Any) -> dict[str, Any]:
        """Make the call, by AWS's names: `call("iam", "GetUser", UserName="alice")`. A dry run's write gives `{}`."""
        takes = self._takes_messages and takes_messages(service, operation)
        write = not takes and not is_read(service, operation)
        sending = SentCall(
            service, operation, self._aws_account.account_id, write=write, emulated=self._aws_account.emulated
        )
        self._check_may_ask(sending)
        if write and self._dry_run:
            self.unsent.append(UnsentCall(service, operation, params))
            return {}
        return self._with_patience(sending, lambda: self._send(sending, params))

    def pages(self, service: str, operation: str, /, *, marker: str | None = None, **params: Any) -> Iterator[ListPage]:
        """All pages of a list, from `marker` on. A page may be short or empty and not be the last.

        A list that AWS gives whole, such as ListSAMLProviders, is one page. Cognito's pages are as long as may be,
        unless `params` say otherwise. Raises MarkerExpired where AWS takes `marker`, or one of its own, no longer.
        """
        paging = paging_of(service, operation)
        params = paging.sized(params)
        been: set[str | None] = {None, "", marker}
        while True:
            requested_at = clock.now()
            here = {paging.marker: marker} if marker else {}
            items = self._page(service, operation, params, here)
            following = items.pop(paging.next_marker, None)
            more = items.pop(paging.more, False) if paging.more else bool(following)
            if more and following in been:
                raise errors.TransientError(
                    "The page says that there is more, and not where, or where we have been.",
                    operation=f"{service}:{operation}",
                    aws_account=self._aws_account.account_id,
                    request_id=self.request_id,
                )
            marker = following if more else None
            been.add(marker)
            yield ListPage(items, marker, requested_at, self.request_id)
            if not more:
                return

    def _page(self, service: str, operation: str, params: dict[str, Any], here: dict[str, Any]) -> dict[str, Any]:
        """AWS has no code for a marker that expired: what it finds wrong only where there is a marker, is that."""
        try:
            return self.call(service, operation, **params, **here)
        except errors.InvalidRequestError as error:
            if not here or error.sent is not False:
                raise
            raise errors.MarkerExpired(
                error.message,
                code=error.code,
                operation=error.operation,
                aws_account=error.aws_account,
                request_id=error.request_id,
            ) from error

    def _check_may_ask(self, sending: SentCall) -> None:
        if not is_known(sending.service):
            raise sending.failed(errors.ConsoleRefused, f"The console does not use the service {sending.service}.")
        if is_signed(sending.service, sending.operation) is not self._purpose.signed:
            raise sending.failed(
                errors.ConsoleRefused, "It is sent without a signature, or with one, and never both ways."
            )
        if is_billed(sending.service, sending.operation) and not self._bills:
            raise sending.failed(errors.ConsoleRefused, "AWS bills for each person who is read so: a pull reads lists.")
        if sending.write and self._purpose.tier == "read":
            raise sending.failed(errors.NotARead, "It is not a read, and only a change may write.")

    def _check_writes_on(self, sending: SentCall) -> None:
        if not sending.write:
            return
        # Read anew at each write: an owner may have turned it off while the change was being applied.
        now = AwsAccount.objects.filter(pk=self._aws_account.pk).first()
        if now is None or not now.writes_enabled:
            raise sending.failed(errors.WritesOff)
        if now.resting:
            raise sending.failed(errors.AccountRests, why_rests(now))

    def _with_patience(self, sending: SentCall, send: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Try again what is sure not to have been done and may work in a while."""
        waits, failures, renewed = delays(_FURTHER_TRIES_THROTTLED), 0, False
        until = time.monotonic() + _PATIENCE_S
        while True:
            try:
                return send()
            except errors.CredentialsWrong as error:
                # Refused, so nothing was done. They may have expired or been replaced: take a fresh look, once.
                forget(self._session())
                self._held_session = None
                if renewed or isinstance(error, errors.CannotAssumeRole):
                    raise
                renewed = True
            except errors.TransientError as error:
                failures += 1
                if failures > _further_tries(error, sending) or time.monotonic() > until:
                    raise
                time.sleep(next(waits))

    def _send(self, sending: SentCall, params: dict[str, Any]) -> dict[str, Any]:
        if self._held_session is None:  # nobody is asked to let us in for nothing
            self._check_writes_on(sending)
        resends = may_be_resent(sending.service, sending.operation)
        client = self._session().client(sending.service, self._region, resends=resends)
        pace = self._pace(sending, params)
        with logged(sending, self._purpose) as outcome, traced(pace) as trace:
            try:
                self._check_writes_on(sending)  # getting in, or waiting for another try, may have taken a while
                answer = invoke(client, sending.operation, params)
            except Exception as error:
                translated = translate(error, sending, status=trace.status, unclear_before=trace.unclear)
                raise self._as_rate_taken(translated, sending) from error
            finally:
                outcome.tries = trace.tries
            self._outcome.request_id = outcome.request_id = answer.pop("ResponseMetadata").get("RequestId", "")
        return answer

    def _session(self) -> AwsSession:
        if self._held_session is None:
            self._held_session = session_for(target_of(self._aws_account, self._purpose.tier), self._purpose)
        return self._held_session

    def _pace(self, sending: SentCall, params: dict[str, Any]) -> Pacing | None:
        if sending.emulated and not settings.AWS_PACE_EMULATED:
            return None
        category = category_of(sending.service, sending.operation)
        if category is None:
            return None if sending.write else pace_of(sending.aws_account)
        if not self._purpose.signed:
            return None  # one person who signs in, as others do
        region = self._region or home_region(self._aws_account)
        shared = shared_pace(sending.aws_account, region, category, urgent=self._urgent)
        if self._urgent or not is_per_pool(category) or "UserPoolId" not in params:
            return shared
        key = (sending.aws_account, region, sending.operation, str(params["UserPoolId"]))
        return CombinedPace(pace_of_call(key, PER_POOL_QUOTA * share_of(sending.aws_account)), shared)

    def _as_rate_taken(self, error: errors.AwsError, sending: SentCall) -> errors.AwsError:
        """Who reads in the background gives way sooner."""
        shared = is_customers(category_of(sending.service, sending.operation))
        if type(error) is not errors.ThrottlingError or not shared or self._urgent:
            return error
        return sending.failed(errors.RateTaken, error.message, code=error.code, request_id=error.request_id)


def _further_tries(error: errors.TransientError, sending: SentCall) -> int:
    if isinstance(error, errors.UnreachableError):
        return _FURTHER_TRIES_UNREACHABLE
    if isinstance(error, errors.RateTaken):
        return _FURTHER_TRIES_RATE_TAKEN
    if isinstance(error, errors.ThrottlingError):
        return _FURTHER_TRIES_RATE_TAKEN if sending.service == "cloudtrail" else _FURTHER_TRIES_THROTTLED
    return _FURTHER_TRIES_WRITE if sending.write else _FURTHER_TRIES_READ
