"""Cognito's codes: one may mean several things, and the words tell which."""

from __future__ import annotations

import pytest

from sync.aws import errors
from sync.aws.translation import CODES, FAULTS, THROTTLING, SentCall, translate
from tests.aws.test_translate_errors import answer
from tests.services.aws_models import model_of

READ = SentCall("cognito-idp", "DescribeUserPool", "123456789012", write=False)
WRITE = SentCall("cognito-idp", "AdminCreateUser", "123456789012", write=True)
VISIT = SentCall("cognito-idp", "InitiateAuth", "123456789012", write=False)
ME = "arn:aws:sts::123456789012:assumed-role/console-write/change-1-anna@example.org"
POOL = "arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_1"

# What AWS refuses for what it was given, as the console's usual kind for a code that it doesn't know has it.
INVALID = {
    "CodeMismatchException",
    "EnableSoftwareTokenMFAException",
    "ExpiredCodeException",
    "InvalidOAuthFlowException",
    "InvalidParameterException",
    "InvalidPasswordException",
    "PasswordHistoryPolicyViolationException",
    "RefreshTokenReuseException",
    "ScopeDoesNotExistException",
    "UnsupportedIdentityProviderException",
    "UnsupportedTokenTypeException",
    "UserPoolTaggingException",
    "WebAuthnChallengeNotFoundException",
    "WebAuthnClientMismatchException",
    "WebAuthnCredentialNotSupportedException",
    "WebAuthnOriginNotAllowedException",
    "WebAuthnRelyingPartyMismatchException",
}
ELSEWHERE = {"AccessDeniedException", "ConcurrentModificationException"}


def test_each_code_of_the_models_is_placed() -> None:
    """A new one in botocore's models fails here, and is thought about."""
    models = [model_of(service) for service in ("cognito-idp", "cognito-identity")]
    codes = {name for m in models for name in m.shape_names if m.shape_for(name).metadata.get("exception")}
    assert codes - set(CODES) - FAULTS - THROTTLING == INVALID | ELSEWHERE


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        ("TooManyRequestsException", "Rate exceeded", errors.ThrottlingError),
        ("UserNotFoundException", "User does not exist.", errors.NotFound),
        ("UsernameExistsException", "User account already exists", errors.AlreadyExists),
        ("AliasExistsException", "", errors.Conflict),
        ("UserPoolAddOnNotEnabledException", "", errors.FeatureOff),
        ("FeatureUnavailableInTierException", "", errors.FeatureOff),
        ("LimitExceededException", "Too many user pools.", errors.LimitExceeded),
        ("LimitExceededException", "Attempt limit exceeded, please try after some time.", errors.TriedTooOften),
        ("LimitExceededException", "Exceeded daily email limit for the operation", errors.MailsUsedUp),
        ("NotAuthorizedException", "User cannot be confirmed. Current status is CONFIRMED", errors.WrongState),
        ("NotAuthorizedException", "User password cannot be reset in the current state.", errors.WrongState),
        (
            "NotAuthorizedException",
            f"User: {ME} is not authorized to perform: cognito-idp:AdminCreateUser on resource: {POOL}",
            errors.AccessDeniedError,
        ),
        ("InvalidSmsRoleTrustRelationshipException", "", errors.CannotSend),
        ("InvalidPasswordException", "Password did not conform with policy", errors.InvalidRequestError),
    ],
)
def test_what_is_refused_was_not_done(code: str, message: str, kind: type[errors.AwsError]) -> None:
    error = translate(answer(code, message), WRITE)
    assert type(error) is kind
    assert error.sent is False


def test_a_missing_permission_is_named() -> None:
    described = f"User: {ME} is not authorized to perform: cognito-idp:AdminCreateUser on resource: {POOL}"
    error = translate(answer("NotAuthorizedException", described), WRITE)
    assert error.statement() == {"Effect": "Allow", "Action": "cognito-idp:AdminCreateUser", "Resource": POOL}
    assert ME in error.sentence()


@pytest.mark.parametrize(
    ("code", "message", "sent"),
    [
        ("UserLambdaValidationException", "PreSignUp failed with error not invited.", False),
        ("UserLambdaValidationException", "PostConfirmation failed with error.", None),
        ("UnexpectedLambdaException", "CustomMessage failed.", None),
        ("CodeDeliveryFailureException", "", None),
    ],
)
def test_a_trigger_or_a_message_may_fail_after_it_was_done(code: str, message: str, sent: bool | None) -> None:
    assert translate(answer(code, message), WRITE).sent is sent
    assert translate(answer(code, message), READ).sent is False


def test_who_tries_to_sign_in_is_refused_and_not_the_console() -> None:
    error = translate(answer("NotAuthorizedException", "Incorrect username or password."), VISIT)
    assert type(error) is errors.SignInRefused


@pytest.mark.parametrize("code", sorted(FAULTS))
def test_a_fault_of_cognito_leaves_a_write_open(code: str) -> None:
    assert type(translate(answer(code), WRITE)) is errors.UnknownOutcome
    assert type(translate(answer(code), READ)) is errors.TransientError


@pytest.mark.parametrize(
    "message",
    [
        "1 validation error detected: Value 'lena.fischer' at 'username' failed to satisfy constraint",
        "An account with the email lena.fischer@example.org already exists.",
        "Invalid phone number +4915112345678.",
    ],
)
def test_aws_s_words_are_kept_without_whom_they_are_about(message: str) -> None:
    kept = str(translate(answer("InvalidParameterException", message), WRITE).as_json())
    assert "lena" not in kept
    assert "4915" not in kept
