"""What the client knows of Cognito's calls: how long a page may be, what may be sent twice, what goes unsigned."""

from __future__ import annotations

import pytest

from sync.aws.calls import is_read, is_signed, may_be_resent
from sync.aws.client import paging_of
from tests.aws.test_page_lists import paged_reads
from tests.services.aws_models import model_of

SIZES = {"Limit", "MaxResults"}
COGNITO = [(service, operation) for service, operation, _ in paged_reads() if service.startswith("cognito")]


@pytest.mark.parametrize(("service", "operation"), COGNITO)
def test_each_list_asks_for_the_longest_pages(service: str, operation: str) -> None:
    shape = model_of(service).operation_model(operation).input_shape
    assert shape is not None
    sizes = {(name, shape.members[name].metadata["max"]) for name in SIZES & set(shape.members)}
    assert set(paging_of(service, operation).sized({}).items()) == sizes


@pytest.mark.parametrize(
    "operation",
    [
        "AddUserPoolClientSecret",
        "AdminConfirmSignUp",
        "AdminCreateUser",
        "AdminInitiateAuth",
        "AdminResetUserPassword",
        "AdminSetUserPassword",
        "AdminUpdateUserAttributes",
        "ConfirmSignUp",
        "CreateIdentityPool",
        "CreateUserPool",
        "CreateUserPoolClient",
        "ForgotPassword",
        "InitiateAuth",
        "ResendConfirmationCode",
        "SignUp",
    ],
)
def test_what_is_not_safe_to_send_twice_is_sent_once(operation: str) -> None:
    service = "cognito-identity" if operation == "CreateIdentityPool" else "cognito-idp"
    assert not may_be_resent(service, operation)


def test_only_reads_are_reads() -> None:
    for operation in ("AdminGetUser", "AdminListDevices", "DescribeUserPool", "GetUserPoolMfaConfig", "ListUsers"):
        assert is_read("cognito-idp", operation)
    for operation in ("AdminInitiateAuth", "AdminSetUserPassword", "GetDerivedToken", "GetClientToken", "SignUp"):
        assert not is_read("cognito-idp", operation)
    for operation in ("GlobalSignOut", "RevokeToken"):  # by people's own apps, and yet they change something
        assert not is_read("cognito-idp", operation)
        assert not is_signed("cognito-idp", operation)
    for operation in ("GetId", "GetOpenIdTokenForDeveloperIdentity"):  # each makes an identity
        assert not is_read("cognito-identity", operation)


def test_what_goes_unsigned_is_what_aws_s_model_says() -> None:
    for service in ("cognito-idp", "cognito-identity"):
        model = model_of(service)
        unsigned = {name for name in model.operation_names if not is_signed(service, name)}
        assert unsigned
        assert unsigned <= {name for name in model.operation_names if model.operation_model(name).auth_type == "none"}
