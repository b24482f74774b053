"""sts:AssumeRole as AWS decides it: by the trust policy of the role, whether IAM enforcement is on or not."""

from __future__ import annotations

import re
from typing import Any

from moto.core.exceptions import ServiceException
from moto.iam.models import iam_backends

from emulator.callers import Caller
from emulator.iam.documents import check_policy
from emulator.organizations.things import ACCESS_ROLE, ensure_access_role
from emulator.permissions import Effect, Question, decide_trust
from emulator.rights import context_of, denied, refusal
from emulator.wellknown import ACCOUNT_ID
from emulator.wire import AwsError, AwsRequest

_ROLE_ARN = re.compile(r"arn:(aws[\w-]*):iam::(\d{12}):role/(.+)")
_FIELDS = {
    "RoleSessionName": re.compile(r"[\w+=,.@-]{2,64}", re.ASCII),
    "SourceIdentity": re.compile(r"[\w+=,.@-]{2,64}", re.ASCII),
    "ExternalId": re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII),
}
_SHORTEST_S, _LONGEST_S, _CHAINED_S = 900, 43_200, 3600
_POLICY_SIZE = 2048
_MOST_TAGS = 50


def check_assume_role(request: AwsRequest, caller: Caller, *, enforcing: bool) -> None:
    """Raises AwsError for what STS refuses. A role that doesn't exist is refused as one that doesn't trust."""
    _check_fields(request)
    arn = request.params["RoleArn"]
    role = find_role(arn)
    if role is None or caller.kind == "root":
        raise denied(caller, request, arn)
    seconds = int(request.params.get("DurationSeconds", 3600))
    if seconds > (_CHAINED_S if caller.session is not None else int(role.max_session_duration or 3600)):
        raise AwsError(
            "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        )
    for action in _needed(request):
        _check_action(request, caller, role, action, enforcing=enforcing)


def find_role(arn: str) -> Any | None:
    parts = _ROLE_ARN.fullmatch(arn)
    if parts is None:
        return None
    if parts[3] == ACCESS_ROLE and parts[2] != ACCOUNT_ID:
        # The way into AWS accounts that nobody has made yet: there the host's account is trusted.
        ensure_access_role(parts[2], parts[1], ACCOUNT_ID)
    roles = iam_backends[parts[2]][parts[1]].roles.values()
    return next((role for role in roles if role.arn == arn), None)


def _needed(request: AwsRequest) -> list[str]:
    needed = ["sts:AssumeRole"]
    if "SourceIdentity" in request.params:
        needed.append("sts:SetSourceIdentity")
    if "Tags.member.1.Key" in request.params:
        needed.append("sts:TagSession")
    return needed


def _check_action(request: AwsRequest, caller: Caller, role: Any, action: str, *, enforcing: bool) -> None:
    backend = iam_backends[role.account_id][role.partition]
    context = context_of(request, caller)
    trust = decide_trust(backend.trust_policy(role), action, caller.names, caller.delegates, context)
    refused = trust.effect is not Effect.ALLOWED
    asks_identity = enforcing and caller.kind in ("user", "session")
    if not refused and asks_identity and not (trust.by_name and caller.account_id == role.account_id):
        refused = refusal(caller, Question(action, role.arn, context)) is not None
    if refused:
        problem = denied(caller, request, role.arn)
        raise AwsError(problem.code, problem.message.replace("sts:AssumeRole", action), problem.status)


def _check_fields(request: AwsRequest) -> None:
    for name, pattern in _FIELDS.items():
        value = request.params.get(name)
        if value is not None and not pattern.fullmatch(value):
            field = name[0].lower() + name[1:]
            raise _invalid(f"Value '{value}' at '{field}'", f"satisfy regular expression pattern: {pattern.pattern}")
    seconds = int(request.params.get("DurationSeconds", 3600))
    if not _SHORTEST_S <= seconds <= _LONGEST_S:
        raise _invalid(f"Value '{seconds}' at 'durationSeconds'", f"have value between {_SHORTEST_S} and {_LONGEST_S}")
    if f"Tags.member.{_MOST_TAGS + 1}.Key" in request.params:
        raise _invalid("Value at 'tags'", f"have length less than or equal to {_MOST_TAGS}")
    policy = request.params.get("Policy")
    if policy is not None:
        if len(policy) > _POLICY_SIZE:
            raise _invalid("Value at 'policy'", f"have length less than or equal to {_POLICY_SIZE}")
        try:
            check_policy(policy)
        except ServiceException as problem:
            raise AwsError(problem.code, problem.message) from None


def _invalid(what: str, must: str) -> AwsError:
    return AwsError(
        "ValidationError", f"1 validation error detected: {what} failed to satisfy constraint: Member must {must}"
    )
