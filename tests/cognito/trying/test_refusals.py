"""What Cognito and S3 answer instead, told to whoever tries. Made up here: no AWS is asked."""

from __future__ import annotations

import pytest

from cognito.trying.as_app import ends_the_session, sentence_of
from sync.aws.errors import AwsError


@pytest.mark.parametrize(
    ("code", "words", "said"),
    [
        ("LimitExceededException", "Attempt limit exceeded, please try after some time.", "Wait an hour at most."),
        ("LimitExceededException", "Exceeded daily email limit for the operation or the account.", "daily email limit"),
        ("NotAuthorizedException", "Incorrect username or password.", "AWS says: “Incorrect username or password.”"),
        ("NotAuthorizedException", "SignUp is not permitted for this user pool", "only administrators make users"),
        ("CodeMismatchException", "Invalid code received for user", "This isn’t the code that Cognito expects."),
        ("SomethingNew", "Nobody has heard of it.", "Nobody has heard of it."),
    ],
)
def test_what_is_said(code: str, words: str, said: str) -> None:
    assert said in sentence_of(AwsError(words, code=code))


def test_only_what_s3_says_is_about_objects() -> None:
    assert "isn’t there" in sentence_of(AwsError("no", code="AccessDenied", operation="s3:GetObject"))
    assert "isn’t there" not in sentence_of(AwsError("no", code="AccessDenied", operation="sts:GetCallerIdentity"))


@pytest.mark.parametrize(
    ("code", "words", "ends"),
    [
        ("NotAuthorizedException", "Invalid session for the user, session is expired.", True),
        ("NotAuthorizedException", "Incorrect username or password.", False),
        ("CodeMismatchException", "Invalid code or auth state for the user session.", False),
    ],
)
def test_what_ends_a_sign_in(code: str, words: str, ends: bool) -> None:
    assert ends_the_session(AwsError(words, code=code)) is ends
