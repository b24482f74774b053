"""What Cognito user pools answer instead, in AWS's words as far as they are known."""

from __future__ import annotations

from emulator.wire import AwsError


def invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterException", message)


def not_found(message: str) -> AwsError:
    return AwsError("ResourceNotFoundException", message)


def not_authorized(message: str) -> AwsError:
    return AwsError("NotAuthorizedException", message)


def too_often() -> AwsError:
    return AwsError("LimitExceededException", "Attempt limit exceeded, please try after some time.")


def no_such_user() -> AwsError:
    return AwsError("UserNotFoundException", "User does not exist.")
