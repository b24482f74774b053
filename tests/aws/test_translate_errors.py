from __future__ import annotations

import json
import pickle
from typing import Any

import pytest
from botocore import exceptions as boto
from botocore.parsers import ResponseParserError

from sync.aws import errors, organization_errors
from sync.aws.denial import Layer, parse
from sync.aws.translation import SentCall, translate

READ = SentCall("iam", "GetUser", "123456789012", write=False)
WRITE = SentCall("iam", "CreateUser", "123456789012", write=True)


def answer(code: str, message: str = "", status: int = 400) -> boto.ClientError:
    response: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status, "RequestId": "r-1"},
    }
    return boto.ClientError(response, "CreateUser")


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("Throttling", 400, errors.ThrottlingError),
        ("SomethingElse", 429, errors.ThrottlingError),
        ("EntityTemporarilyUnmodifiable", 409, errors.TransientError),
        ("AccessDenied", 403, errors.AccessDeniedError),
        ("NoSuchEntity", 404, errors.NotFound),
        ("EntityAlreadyExists", 409, errors.AlreadyExists),
        ("DeleteConflict", 409, errors.Conflict),
        ("ConcurrentModification", 409, errors.Conflict),
        ("LimitExceeded", 409, errors.LimitExceeded),
        ("MalformedPolicyDocument", 400, errors.InvalidRequestError),
        ("UnmodifiableEntity", 400, errors.InvalidRequestError),
        ("ExpiredToken", 403, errors.CredentialsExpired),
        ("SignatureDoesNotMatch", 403, errors.CredentialsWrong),
        ("RequestExpired", 400, errors.ClockWrong),
        ("InvalidAction", 400, errors.UnsupportedError),
        ("NeverHeardOf", 400, errors.InvalidRequestError),
        ("AWSOrganizationsNotInUseException", 400, organization_errors.NotInOrganization),
        ("OrganizationNotFoundException", 400, organization_errors.NotInOrganization),
        ("AccountNotManagementOrDelegatedAdministratorException", 400, organization_errors.NotRootAdministrator),
        ("CallerIsNotManagementAccountException", 400, organization_errors.NotManagementAccount),
        ("OrganizationNotInAllFeaturesModeException", 400, organization_errors.BillingOnly),
        ("ServiceAccessNotEnabledException", 400, organization_errors.IamNotTrusted),
        ("AccessDeniedException", 400, errors.AccessDeniedError),
        ("TargetNotFoundException", 400, errors.NotFound),
        ("OrganizationalUnitNotFoundException", 400, errors.NotFound),
        ("ConcurrentModificationException", 400, errors.Conflict),
        ("UnsupportedAPIEndpointException", 400, errors.UnsupportedError),
    ],
)
def test_what_aws_refuses_was_not_done(code: str, status: int, kind: type[errors.AwsError]) -> None:
    error = translate(answer(code, "In AWS's words.", status), WRITE)
    assert type(error) is kind
    assert (error.code, error.message, error.request_id, error.sent) == (code, "In AWS's words.", "r-1", False)
    assert (error.operation, error.aws_account) == ("iam:CreateUser", "123456789012")


NO_CLEAR_ANSWER = [
    (answer("ServiceFailure", status=500), True),
    (answer("ServiceException", status=400), True),
    (answer("NeverHeardOf", status=502), True),
    (ResponseParserError("broken"), True),
    (boto.ReadTimeoutError(endpoint_url="https://iam"), None),
    (boto.ConnectionClosedError(endpoint_url="https://iam"), None),
    (boto.HTTPClientError(error="?"), None),
]


@pytest.mark.parametrize(("error", "sent"), NO_CLEAR_ANSWER)
def test_a_write_without_a_clear_answer_may_have_been_done(error: Exception, sent: bool | None) -> None:
    translated = translate(error, WRITE)
    assert type(translated) is errors.UnknownOutcome
    assert translated.sent is sent


@pytest.mark.parametrize(("error", "sent"), NO_CLEAR_ANSWER)
def test_a_read_without_a_clear_answer_can_be_tried_again(error: Exception, sent: bool | None) -> None:
    assert type(translate(error, READ)) is errors.TransientError


@pytest.mark.parametrize("status", [302, 403, 404, 409, 400, 503])
@pytest.mark.parametrize("error", [{}, {"Error": {}}, {"Error": {"Message": "Not Found"}}])
def test_a_status_without_a_word_of_aws_is_no_clear_answer(status: int, error: dict[str, Any]) -> None:
    """A proxy's pages: "not found" is not that AWS has no such user, nor "forbidden" a permission that lacks."""
    said = {"Error": {**error["Error"]}} if "Error" in error else {}
    if said.get("Error"):
        said["Error"]["Code"] = str(status)
    response: Any = {**said, "ResponseMetadata": {"HTTPStatusCode": status}}
    assert type(translate(boto.ClientError(response, "GetUser"), READ)) is errors.TransientError
    assert type(translate(boto.ClientError(response, "CreateUser"), WRITE)) is errors.UnknownOutcome


@pytest.mark.parametrize(
    "error",
    [boto.EndpointConnectionError(endpoint_url="https://iam"), boto.ConnectTimeoutError(endpoint_url="https://iam")],
)
def test_what_never_left_was_not_done(error: Exception) -> None:
    translated = translate(error, WRITE)
    assert type(translated) is errors.UnreachableError
    assert translated.sent is False


def test_a_write_that_never_left_the_second_time_may_have_been_done_the_first() -> None:
    error = boto.EndpointConnectionError(endpoint_url="https://iam")
    assert type(translate(error, WRITE, unclear_before=True)) is errors.UnknownOutcome


@pytest.mark.parametrize("error", [ResponseParserError("<!doctype html>"), answer("500", status=500)])
def test_a_page_of_html_from_the_emulator_means_that_it_lacks_the_operation(error: Exception) -> None:
    emulated = SentCall("iam", "CreateUser", "123456789012", write=True, emulated=True)
    assert type(translate(error, emulated, status=500)) is errors.UnsupportedError
    assert type(translate(error, WRITE, status=500)) is errors.UnknownOutcome


def test_what_is_a_fault_of_ours_stays_one() -> None:
    with pytest.raises(KeyError):
        translate(KeyError("x"), READ)


WHO = "User: arn:aws:sts::123456789012:assumed-role/console-write/change-1 is not authorized to perform: "
ROLE = "arn:aws:iam::123456789012:role/deploy"


@pytest.mark.parametrize(
    ("message", "resource", "layer", "explicit"),
    [
        ("iam:TagRole on resource: role deploy", "*", None, False),
        (f"iam:TagRole on resource: {ROLE}", ROLE, None, False),
        (
            f"iam:TagRole on resource: {ROLE} because no identity-based policy allows the iam:TagRole action",
            ROLE,
            Layer.IDENTITY,
            False,
        ),
        (
            f"iam:TagRole on resource: {ROLE} because no permissions boundary allows the iam:TagRole action",
            ROLE,
            Layer.BOUNDARY,
            False,
        ),
        (
            f"iam:TagRole on resource: {ROLE} because no session policy allows the iam:TagRole action",
            ROLE,
            Layer.SESSION,
            False,
        ),
        (f"iam:TagRole on resource: {ROLE} with an explicit deny in a service control policy", ROLE, Layer.SCP, True),
        (
            f"iam:TagRole on resource: {ROLE} with an explicit deny in a service control policy: arn:aws:x::1:y",
            ROLE,
            Layer.SCP,
            True,
        ),
        (
            f"iam:TagRole on resource: {ROLE} with an explicit deny in an identity-based policy",
            ROLE,
            Layer.IDENTITY,
            True,
        ),
        (f"iam:TagRole on resource: policy {ROLE} with an explicit deny", ROLE, None, True),
        (
            f"iam:TagRole on resource: {ROLE} because no VPC endpoint policy allows the iam:TagRole action",
            ROLE,
            Layer.ENDPOINT,
            False,
        ),
        (f"iam:TagRole on resource: {ROLE} because no resource control policy allows it", ROLE, Layer.RCP, False),
    ],
)
def test_a_denial_names_the_permission(message: str, resource: str, layer: Layer | None, explicit: bool) -> None:
    denial = parse(WHO + message, "iam:Fallback")
    assert denial.action == "iam:TagRole"
    assert (denial.resource, denial.layer, denial.explicit) == (resource, layer, explicit)
    assert denial.principal == "arn:aws:sts::123456789012:assumed-role/console-write/change-1"


def test_a_denial_without_words_is_about_the_call_itself() -> None:
    error = translate(answer("AccessDenied", "Access denied", 403), WRITE)
    assert error.statement() == {"Effect": "Allow", "Action": "iam:CreateUser", "Resource": "*"}


def test_another_permission_than_the_call_s_own_is_named() -> None:
    error = translate(answer("AccessDenied", f"{WHO}iam:PassRole on resource: {ROLE}", 403), WRITE)
    assert error.statement() == {"Effect": "Allow", "Action": "iam:PassRole", "Resource": ROLE}
    assert f"iam:PassRole on {ROLE}" in error.sentence()


def test_no_statement_lifts_a_deny() -> None:
    denied = f"{WHO}iam:TagRole on resource: {ROLE} with an explicit deny in a service control policy"
    error = translate(answer("AccessDenied", denied, 403), WRITE)
    assert error.statement() is None
    assert "organization" in error.sentence()


ALL_KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.AwsError)]


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_each_error_has_a_sentence_and_can_be_kept_and_passed_on(kind: type[errors.AwsError]) -> None:
    error = kind("Words.", code="Code", operation="iam:GetUser", aws_account="123456789012", request_id="r-1")
    assert "{" not in error.sentence()
    assert error.sentence()[0].isupper() or error.sentence().startswith(("iam:", "1234"))
    kept = json.loads(json.dumps(error.as_json()))
    assert (kept["class"], kept["code"], kept["request_id"]) == (kind.__name__, "Code", "r-1")
    copy = pickle.loads(pickle.dumps(error))
    assert copy.as_json() == error.as_json()
