"""IAM enforcement: whether AWS would let a caller make a call, in AWS's own words if not.

Always on: keys that are switched off, sessions that have ended, AWS's own policies, which nobody may change, the
trust policies of roles, and the permissions of sessions that an identity pool gave. The rest is off until
`POST /moto-api/reset-auth` with the body `0`; then every call needs a known key, a valid signature and the permission,
within the boundary and the session policy. `wellknown.HOST_KEY_ID` may always do everything.
"""

from __future__ import annotations

from urllib.parse import quote

from moto import settings
from moto.core.authorization import ActionAuthenticatorMixin
from moto.core.exceptions import SignatureDoesNotMatchError
from moto.iam.access_control import IAMRequest, S3IAMRequest
from moto.s3.exceptions import S3SignatureDoesNotMatchError
from werkzeug.datastructures import EnvironHeaders

from emulator import clock
from emulator.assuming import check_assume_role
from emulator.authorization_details import DETAILS
from emulator.callers import Caller, caller_of
from emulator.permissions import Question
from emulator.rights import SUBJECTS, context_of, denied, describe, refusal, resource_of
from emulator.wire import SIGNED_PATH, AwsError, AwsRequest

# Calls that need no permission, or whose caller isn't an IAM principal.
_FREE = ("GetCallerIdentity", "AssumeRoleWithWebIdentity", "AssumeRoleWithSAML")
_NO_ENFORCEMENT = float("inf")


def install() -> None:
    """Switches moto's own checks off; it still keeps the number of calls that go unchecked."""
    ActionAuthenticatorMixin._authenticate_and_authorize_action = lambda self, iam_request_cls, resource="*": None


def reset() -> None:
    settings.INITIAL_NO_AUTH_ACTION_COUNT = _NO_ENFORCEMENT
    ActionAuthenticatorMixin.request_count = 0
    DETAILS.clear()


def authorize(request: AwsRequest) -> None:
    """Raises AwsError where AWS would refuse the caller."""
    caller = caller_of(request)
    _check_credentials(caller, request)
    if _changes_policy_of_aws(request):
        raise denied(caller, request, describe(request, caller))
    is_federated = getattr(caller.session, "is_federated", False)
    enforcing = (_enforcing() or is_federated) and request.action not in _FREE and not request.is_public
    if enforcing and caller.kind == "stranger":
        raise _invalid_key()
    if enforcing and caller.kind in ("user", "session"):
        _check_signature(caller, request)
    if request.action == "AssumeRole":
        check_assume_role(request, caller, enforcing=enforcing)
    elif enforcing and caller.kind in ("user", "session"):
        _check_permission(caller, request)


def _check_permission(caller: Caller, request: AwsRequest) -> None:
    question = Question(request.permission, resource_of(request, caller), context_of(request, caller))
    if reason := refusal(caller, question):
        raise denied(caller, request, describe(request, caller), reason)


def _changes_policy_of_aws(request: AwsRequest) -> bool:
    """Attaching such a policy leaves it as it is."""
    if request.service != "iam" or request.is_read or any(parameter in request.params for parameter, _ in SUBJECTS):
        return False
    return ":iam::aws:policy/" in str(request.params.get("PolicyArn", ""))


def _check_credentials(caller: Caller, request: AwsRequest) -> None:
    if caller.session is not None and caller.session.expiration.replace(tzinfo=None) <= clock.utcnow():
        raise AwsError("ExpiredToken", "The security token included in the request is expired", 403)
    if caller.user is not None and caller.user.get_access_key_by_id(request.access_key).status != "Active":
        raise _invalid_key()


def _invalid_key() -> AwsError:
    return AwsError("InvalidClientTokenId", "The security token included in the request is invalid.", 403)


def _enforcing() -> bool:
    """moto lets the first `INITIAL_NO_AUTH_ACTION_COUNT` calls through."""
    if ActionAuthenticatorMixin.request_count >= settings.INITIAL_NO_AUTH_ACTION_COUNT:
        return True
    ActionAuthenticatorMixin.request_count += 1
    return False


def _check_signature(caller: Caller, request: AwsRequest) -> None:
    path = quote(request.environ[SIGNED_PATH])
    query = request.environ.get("QUERY_STRING")
    kind = S3IAMRequest if request.service == "s3" else IAMRequest
    signed = kind(
        account_id=caller.account_id,
        method=request.environ["REQUEST_METHOD"],
        path=f"{path}?{query}" if query else path,
        data={},
        body=request.body,
        headers=EnvironHeaders(request.environ),
        action=request.action,
    )
    try:
        signed.check_signature()
    except (S3SignatureDoesNotMatchError, SignatureDoesNotMatchError):
        raise AwsError(
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
            "Access Key and signing method. Consult the service documentation for details.",
            403,
        ) from None
