"""Translates botocore's exceptions into `sync.aws.errors`.

The codes: "Common Errors" and the errors of each call in the API references of IAM, STS, Organizations and Account
Management; those of Cognito are in `cognito_codes`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from botocore import exceptions as boto
from botocore.parsers import ResponseParserError

from sync.aws import denial, errors, organization_errors
from sync.aws.calls import is_signed
from sync.aws.denial import says_who_may_not
from sync.texts import storable

# ---- Codes of Cognito ----------------------------------------------------------------------------------------------
# Cognito's error codes. Some mean several things, and only AWS's words tell which.
# The codes: the errors of each call in the API references of Amazon Cognito user pools and identity pools. The words
# of messages are not documented: what isn't recognised falls back to the code's usual meaning.
# People, as AWS's messages repeat them: an address, a number, what a field was given.
_PEOPLE = (
    (re.compile(r"(?<=[Vv]alue ')[^']+(?=' at )"), "…"),
    (re.compile(r"[^\s'\"<>(),;]+@[^\s'\"<>(),;]+"), "<e-mail>"),
    (re.compile(r"\+\d{6,15}"), "<phone number>"),
)

SERVICES = frozenset({"cognito-idp", "cognito-identity"})
_ABOUT_PEOPLE = SERVICES | {"identitystore", "sso-admin"}

FAULTS = frozenset({"ExternalServiceException", "InternalErrorException", "InternalServerException"})
CODES: dict[str, type[errors.AwsError]] = {
    **dict.fromkeys(
        (
            "CachedCIMDURLDoesNotExistException",
            "MFAMethodNotFoundException",
            "ResourceNotFoundException",
            "SoftwareTokenMFANotFoundException",
            "UserNotFoundException",
        ),
        errors.NotFound,
    ),
    **dict.fromkeys(
        (
            "DeviceKeyExistsException",
            "DuplicateProviderException",
            "GroupExistsException",
            "ManagedLoginBrandingExistsException",
            "TermsExistsException",
            "UsernameExistsException",
        ),
        errors.AlreadyExists,
    ),
    **dict.fromkeys(
        (
            "AliasExistsException",
            "ConflictException",
            "DeveloperUserAlreadyRegisteredException",
            "ForbiddenException",
            "InvalidIdentityPoolConfigurationException",
            "InvalidUserPoolConfigurationException",
            "PreconditionNotMetException",
            "ResourceConflictException",
            "UserImportInProgressException",
        ),
        errors.Conflict,
    ),
    **dict.fromkeys(
        (
            "NotAuthorizedException",
            "PasswordResetRequiredException",
            "UnauthorizedException",
            "UnsupportedUserStateException",
            "UserNotConfirmedException",
        ),
        errors.WrongState,
    ),
    **dict.fromkeys(("LimitExceededException", "ServiceQuotaExceededException"), errors.LimitExceeded),
    "TooManyFailedAttemptsException": errors.TriedTooOften,
    **dict.fromkeys(
        (
            "FeatureUnavailableInTierException",
            "OperationNotEnabledException",
            "TierChangeNotAllowedException",
            "UnsupportedOperationException",
            "UserPoolAddOnNotEnabledException",
            "WebAuthnConfigurationMissingException",
            "WebAuthnNotEnabledException",
        ),
        errors.FeatureOff,
    ),
    **dict.fromkeys(
        ("InvalidLambdaResponseException", "UnexpectedLambdaException", "UserLambdaValidationException"),
        errors.TriggerRefused,
    ),
    **dict.fromkeys(
        (
            "InvalidEmailRoleAccessPolicyException",
            "InvalidSmsRoleAccessPolicyException",
            "InvalidSmsRoleTrustRelationshipException",
        ),
        errors.CannotSend,
    ),
    "CodeDeliveryFailureException": errors.NotDelivered,
}
# What runs before Cognito does anything, as its messages begin: "PreSignUp failed with error …".
_TRIGGERS_BEFORE = ("PreSignUp ", "PreAuthentication ", "UserMigration ")


def kind_of(code: str, message: str, kind: type[errors.AwsError], *, signed: bool) -> type[errors.AwsError]:
    """The kind that the message makes of it; `kind`: that of the code. `signed`: the console asked as itself.

    AWS's "not authorized" is about the console's rights, about the state of a person, or about who tries to sign in.
    """
    if kind is errors.WrongState and code in ("NotAuthorizedException", "UnauthorizedException"):
        if says_who_may_not(message):
            return errors.AccessDeniedError
        return errors.WrongState if signed else errors.SignInRefused
    if kind is errors.LimitExceeded and "email limit" in message.casefold():
        return errors.MailsUsedUp
    if kind is errors.LimitExceeded and "try after" in message.casefold():
        return errors.TriedTooOften
    return kind


def without_people(message: str) -> str:
    """AWS's words as logs, runs and attempts may keep them: without whom they are about."""
    for pattern, instead in _PEOPLE:
        message = pattern.sub(instead, message)
    return message


def may_be_done(kind: type[errors.AwsError], message: str) -> bool:
    """Whether a write that was refused so may have taken effect: a message is sent, and some triggers run, after it."""
    if issubclass(kind, errors.TriggerRefused):
        return not message.startswith(_TRIGGERS_BEFORE)
    return issubclass(kind, errors.NotDelivered)


THROTTLING = frozenset(
    {
        "BandwidthLimitExceeded",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
# AWS had the request and failed over it, so a write may have been done.
_FAULTS = frozenset(
    {
        "InternalError",
        "InternalFailure",
        "PriorRequestNotComplete",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceException",
        "ServiceFailure",
        "ServiceUnavailable",
        *FAULTS,
    }
)
# AWS will say it again however often it is asked, though botocore takes Cognito's for throttling.
NOT_AGAIN = frozenset({"LimitExceededException"})
_CODES: dict[str, type[errors.AwsError]] = {
    **CODES,
    **dict.fromkeys(THROTTLING, errors.ThrottlingError),
    **dict.fromkeys(("EntityTemporarilyUnmodifiable", "PolicyChangesInProgressException"), errors.TransientError),
    **dict.fromkeys(("AccessDenied", "AccessDeniedException", "UnauthorizedOperation"), errors.AccessDeniedError),
    **dict.fromkeys(("NoSuchEntity", "ReportNotPresent", "ReportExpired"), errors.NotFound),
    **dict.fromkeys(
        (
            "AWS.SimpleQueueService.NonExistentQueue",
            "AccountNotFoundException",
            "ChildNotFoundException",
            "FileSystemNotFound",
            "InvalidVpcEndpointId.NotFound",
            "NotFoundException",
            "OrganizationalUnitNotFoundException",
            "ParentNotFoundException",
            "PolicyNotAttachedException",
            "PolicyNotFound",
            "PolicyNotFoundException",
            "QueueDoesNotExist",
            "RegistryPolicyNotFoundException",
            "RepositoryNotFoundException",
            "RepositoryPolicyNotFoundException",
            "RootNotFoundException",
            "TargetNotFoundException",
        ),
        errors.NotFound,
    ),
    "InvalidAuthenticationCode": errors.CodesRefused,
    "InvalidAuthorizationMessageException": errors.UndecodableMessage,
    **dict.fromkeys(
        ("AWSOrganizationsNotInUseException", "OrganizationNotFoundException"), organization_errors.NotInOrganization
    ),
    "AccountNotManagementOrDelegatedAdministratorException": organization_errors.NotRootAdministrator,
    "CallerIsNotManagementAccountException": organization_errors.NotManagementAccount,
    "OrganizationNotInAllFeaturesModeException": organization_errors.BillingOnly,
    "ServiceAccessNotEnabledException": organization_errors.IamNotTrusted,
    "PolicyTypeNotEnabledException": organization_errors.PolicyTypeOff,
    **dict.fromkeys(
        (
            "DuplicateCertificate",
            "DuplicatePolicyAttachmentException",
            "DuplicatePolicyException",
            "DuplicateSSHPublicKey",
            "EntityAlreadyExists",
        ),
        errors.AlreadyExists,
    ),
    **dict.fromkeys(
        (
            "ConcurrentModification",
            "ConcurrentModificationException",
            "DeleteConflict",
            "PolicyInUseException",
            "ReportInProgress",
        ),
        errors.Conflict,
    ),
    **dict.fromkeys(
        ("ConstraintViolationException", "LimitExceeded", "ReportGenerationLimitExceeded"), errors.LimitExceeded
    ),
    **dict.fromkeys(
        (
            "InvalidAction",
            "NotSupportedService",
            "OptInRequired",
            "UnknownOperationException",
            "UnsupportedAPIEndpointException",
        ),
        errors.UnsupportedError,
    ),
    **dict.fromkeys(("ExpiredToken", "ExpiredTokenException"), errors.CredentialsExpired),
    **dict.fromkeys(("RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed"), errors.ClockWrong),
    **dict.fromkeys(
        (
            "AuthFailure",
            "IncompleteSignature",
            "InvalidClientTokenId",
            "MissingAuthenticationToken",
            "RegionDisabledException",
            "SignatureDoesNotMatch",
            "UnrecognizedClientException",
        ),
        errors.CredentialsWrong,
    ),
}
_STATUS: dict[int, type[errors.AwsError]] = {
    HTTPStatus.FORBIDDEN: errors.AccessDeniedError,
    HTTPStatus.NOT_FOUND: errors.NotFound,
    HTTPStatus.CONFLICT: errors.Conflict,
    HTTPStatus.TOO_MANY_REQUESTS: errors.ThrottlingError,
}
_STATUS_ALONE = frozenset({HTTPStatus.TOO_MANY_REQUESTS})
_NEVER_LEFT = (boto.EndpointConnectionError, boto.ConnectTimeoutError, boto.ProxyConnectionError)
_NO_ANSWER = (boto.ConnectionError, boto.HTTPClientError, boto.IncompleteReadError, boto.ChecksumError)
_NO_CREDENTIALS = (
    boto.NoCredentialsError,
    boto.PartialCredentialsError,
    boto.CredentialRetrievalError,
    boto.TokenRetrievalError,
    boto.NoAuthTokenError,
    boto.ProfileNotFound,
    boto.MetadataRetrievalError,
    boto.SSOError,
    boto.LoginError,
)
_UNREADABLE = "The answer could not be read."
# How AWS begins to say it of a signature, whatever the code ("Signature Version 4" in the IAM User Guide).
_CLOCKS_DIFFER = ("Signature expired:", "Signature not yet current:")


@dataclass(frozen=True)
class SentCall:
    """What was being sent. `emulated`: an answer that is no AWS answer means that the emulator lacks the operation."""

    service: str
    operation: str
    aws_account: str
    write: bool
    emulated: bool = False

    @property
    def name(self) -> str:
        return f"{self.service}:{self.operation}"

    def failed(self, kind: type[errors.AwsError], message: str = "", **about: Any) -> errors.AwsError:
        return kind(message, operation=self.name, aws_account=self.aws_account, **about)

    def unclear(self, message: str, *, sent: bool | None, **about: Any) -> errors.AwsError:
        """Perhaps done: for a write an unknown outcome, while a read has nothing to undo."""
        if self.write:
            return self.failed(errors.UnknownOutcome, message, sent=sent, **about)
        return self.failed(errors.TransientError, message, **about)


def translate(
    error: Exception, sending: SentCall, *, status: int | None = None, unclear_before: bool = False
) -> errors.AwsError:
    """`status`: the HTTP status of the last answer, where there was one. `unclear_before`: botocore sent the same call
    before and got no clear answer; whatever a write was told in the end, it may have been done."""
    translated = _translate(error, sending, status)
    if unclear_before and sending.write and not isinstance(translated, errors.UnknownOutcome):
        return sending.failed(
            errors.UnknownOutcome,
            translated.message,
            code=translated.code,
            request_id=translated.request_id,
            sent=None,
        )
    return translated


def never_left(error: Exception | None) -> bool:
    return isinstance(error, _NEVER_LEFT)


def _translate(error: Exception, sending: SentCall, status: int | None) -> errors.AwsError:
    if isinstance(error, errors.AwsError):
        return error
    if isinstance(error, boto.ClientError):
        return _answered(error, sending)
    if isinstance(error, ResponseParserError):
        if sending.emulated and status == HTTPStatus.INTERNAL_SERVER_ERROR:
            return sending.failed(errors.UnsupportedError, "The emulator does not know this operation.")
        return sending.unclear(_UNREADABLE, sent=True)
    if never_left(error):
        return sending.failed(errors.UnreachableError, str(error))
    if isinstance(error, _NO_ANSWER):
        return sending.unclear(str(error), sent=None)
    if isinstance(error, _NO_CREDENTIALS):
        return sending.failed(errors.CredentialsWrong, str(error))
    if isinstance(error, boto.BotoCoreError):
        # What is left is raised while the request is put together: bad parameters, no such Region.
        return sending.failed(errors.InvalidRequestError, str(error))
    raise error


def _answered(error: boto.ClientError, sending: SentCall) -> errors.AwsError:
    said, metadata = error.response.get("Error", {}), error.response["ResponseMetadata"]
    code, message = (storable(str(said.get(part) or "")) for part in ("Code", "Message"))
    status = metadata["HTTPStatusCode"]
    about: dict[str, Any] = {"code": code, "request_id": str(metadata.get("RequestId", ""))}
    if sending.emulated and code == str(int(HTTPStatus.INTERNAL_SERVER_ERROR)):
        return sending.failed(errors.UnsupportedError, "The emulator does not know this operation.", **about)
    if code in ("", str(status)) and status not in _STATUS_ALONE:
        # AWS names each error. A proxy's "404 Not Found" says nothing of what AWS has.
        return sending.unclear(_UNREADABLE, sent=None, **about)
    if code in _FAULTS or (code not in _CODES and status >= HTTPStatus.INTERNAL_SERVER_ERROR):
        return sending.unclear(message, sent=True, **about)
    kind = _CODES.get(code) or _STATUS.get(status, errors.InvalidRequestError)
    if message.startswith(_CLOCKS_DIFFER):
        kind = errors.ClockWrong
    if sending.service in SERVICES:
        kind = kind_of(code, message, kind, signed=is_signed(sending.service, sending.operation))
        if sending.write and may_be_done(kind, message):
            about["sent"] = None
    if sending.service in _ABOUT_PEOPLE and kind is not errors.AccessDeniedError:  # that names ourselves
        message = without_people(message)
    if kind is errors.AccessDeniedError:
        return errors.AccessDeniedError(
            message,
            denial=denial.parse(message, sending.name),
            operation=sending.name,
            aws_account=sending.aws_account,
            **about,
        )
    return sending.failed(kind, message, **about)
