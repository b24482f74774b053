"""Cognito's error codes. Some mean several things, and only AWS's words tell which.

The codes: the errors of each call in the API references of Amazon Cognito user pools and identity pools. The words of
messages are not documented: what isn't recognised falls back to the code's usual meaning.
"""

from __future__ import annotations

import re

from sync.aws import errors
from sync.aws.denial import says_who_may_not

# People, as AWS's messages repeat them: an address, a number, what a field was given.
_PEOPLE = (
    (re.compile(r"(?<=[Vv]alue ')[^']+(?=' at )"), "…"),
    (re.compile(r"[^\s'\"<>(),;]+@[^\s'\"<>(),;]+"), "<e-mail>"),
    (re.compile(r"\+\d{6,15}"), "<phone number>"),
)

SERVICES = frozenset({"cognito-idp", "cognito-identity"})

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
