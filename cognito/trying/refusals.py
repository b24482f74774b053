"""What Cognito answers instead, in words for whoever tries: there is no change to propose again.

The codes: the errors of SignUp, ConfirmSignUp, ResendConfirmationCode, InitiateAuth, RespondToAuthChallenge and
VerifySoftwareToken in the API reference.
"""

from __future__ import annotations

from sync.aws.errors import AwsError

_READS = "s3:GetObject"
_NO_CODE = "This isn’t the code that Cognito expects. Look again, and type the newest one."
_OFTEN = "Cognito counts how often this is tried for one person, and it was too often. Wait an hour at most."
_TAKEN = "Somebody in this pool has that username or address already: choose another one."
_SENTENCES = {
    "AliasExistsException": _TAKEN,
    "CodeMismatchException": _NO_CODE,
    "EnableSoftwareTokenMFAException": _NO_CODE,
    "ExpiredCodeException": "This code is no longer good: it is too old, used up, or a newer one was sent since.",
    "LimitExceededException": _OFTEN,
    "PasswordResetRequiredException": "Their password was reset: they set a new one by “forgot password” first.",
    "TooManyFailedAttemptsException": _OFTEN,
    "TooManyRequestsException": "AWS is asked too much at the moment. Try again in a minute.",
    "UserNotConfirmedException": "They never finished signing up: a code, or an operator, confirms them.",
    "UsernameExistsException": _TAKEN,
    "UserNotFoundException": "This pool has nobody of that username.",
}
# "GetObject" in the Amazon S3 API Reference.
_OF_S3 = {
    "AccessDenied": "The role may not read it, or it isn’t there: who may not list the bucket isn’t told which.",
    "NoSuchBucket": "There is no bucket of that name.",
    "NoSuchKey": "The bucket has nothing under that key.",
}
# Of these AWS's own words say what is wrong.
_BEFORE_ITS_WORDS = {
    "InvalidParameterException": "Cognito doesn’t take what was typed.",
    "InvalidPasswordException": "The pool doesn’t take this password.",
    "NotAuthorizedException": "Cognito refused.",
}
# By AWS's words, which are not documented: what isn't recognised is told as it is.
_BY_WORDS = (
    ("secret was not received", "This app client has a secret: type it."),
    ("secret_hash was not received", "This app client has a secret: type it."),
    ("verify secret hash", "That isn’t the secret of this app client."),
    ("secrethash does not match", "That isn’t the secret of this app client."),
    ("signup is not permitted", "In this pool only administrators make users: nobody can sign up."),
    ("cannot be confirmed. current status is confirmed", "They are confirmed already: try to sign in."),
    ("already confirmed", "They are confirmed already: no code is sent."),
)


def sentence_of(error: AwsError) -> str:
    said = error.message.casefold()
    for words, sentence in _BY_WORDS:
        if words in said:
            return sentence
    if error.operation == _READS and error.code in _OF_S3:
        return f"{_OF_S3[error.code]} {_quoted(error)}"
    if error.code in _SENTENCES and "email limit" not in said:
        return _SENTENCES[error.code]
    if error.code in _BEFORE_ITS_WORDS:
        return f"{_BEFORE_ITS_WORDS[error.code]} {_quoted(error)}"
    return error.sentence()


def _quoted(error: AwsError) -> str:
    return f"AWS says: “{error.message.rstrip()}”"


def ends_the_session(error: AwsError) -> bool:
    """Whether nothing can be typed any more in this sign-in."""
    return error.code == "NotAuthorizedException" and "session" in error.message.casefold()
