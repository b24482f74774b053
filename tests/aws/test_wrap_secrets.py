"""Of what AWS answers, secrets come wrapped; what its models call sensitive but is none comes as it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import botocore.session
import pytest
from botocore.model import Shape

from emulator.process import Emulator
from sync.aws.answers import _MAPS_WITH_SECRETS, _SECRETS, read_our_way
from sync.aws.client import _PAGING
from sync.aws.secrets import Secret
from tests.services.aws_models import model_of

ROOT = Path(__file__).resolve().parents[2]
SERVICES = sorted({"sts", *(name for name in _PAGING if ":" not in name)})
# By the types of AWS's models. Sensitive for who they tell of; whoever may read the answer may read them.
NO_SECRETS = {
    # People: what is kept of them, directory/people/person_record.py says.
    "identitystore": {
        "ExternalIdIdentifier",
        "ExternalIdIssuer",
        "GroupDisplayName",
        "SensitiveStringType",
        "UserName",
    },
    "account": {
        "AccountName",
        "AddressLine",
        "City",
        "CompanyName",
        "ContactInformationPhoneNumber",
        "CountryCode",
        "DistrictOrCounty",
        "EmailAddress",
        "FullName",
        "Name",
        "PhoneNumber",
        "PostalCode",
        "PrimaryEmailAddress",
        "StateOrRegion",
        "Title",
        "WebsiteUrl",
    },
    "cognito-idp": {"AttributeValueType", "ClientIdType", "SessionIpAddressType", "UsernameType"},
    "kms": {"PlaintextType"},  # a seal key, by sync.aws.kms alone: it goes into the ring of keys and nowhere else
    "lambda": {"EnvironmentVariableName", "EnvironmentVariables", "SensitiveString"},  # names, and what broke
    "organizations": {
        "AccountName",
        "CreateAccountName",
        "Email",
        "HandshakePartyId",
        "HandshakeResourceValue",
        "ResponsibilityTransferName",
    },
    "rolesanywhere": {"TagKey", "TagValue"},
    "s3": {"SSEKMSKeyId"},
    "sts": {
        "TrustedIdentityPropagationContext",
        "originIdentityIssuerType",
        "originIdentitySubjectType",
        "originIdentitySubjectTypeType",
        "transactionContextValueType",
    },
}
# Secrets that AWS's models don't call sensitive.
NOT_CALLED_SENSITIVE = {"SessionTokenString", "tokenType"}
CALLED_SOMEWHERE = "\n".join(path.read_text() for app in ("resources", "sync") for path in (ROOT / app).rglob("*.py"))
# Of what the console has no other business with than policies of resources, only what it calls.
ONLY_CALLED = ("backup", "ec2", "events", "kms", "lambda", "s3", "s3control", "secretsmanager", "sns")


def called(service: str) -> list[str]:
    names: list[str] = list(model_of(service).operation_names)
    return [name for name in names if f'"{name}"' in CALLED_SOMEWHERE] if service in ONLY_CALLED else names


def _types(service: str) -> dict[str, bool]:
    """Of all that the service answers, and whether it is called sensitive."""
    model = model_of(service)
    found: dict[str, bool] = {}

    def parts(shape: Any) -> Iterator[Shape]:
        yield from getattr(shape, "members", {}).values()
        yield from (getattr(shape, name) for name in ("member", "key", "value") if hasattr(shape, name))

    def look(shape: Any) -> None:
        if shape.name not in found:
            found[shape.name] = bool(shape.metadata.get("sensitive"))
            for part in parts(shape):
                look(part)

    for operation in called(service):
        output = model.operation_model(operation).output_shape
        if output is not None:
            look(output)
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_all_that_aws_calls_sensitive_is_wrapped_or_known_to_be_no_secret(service: str) -> None:
    """So that a new secret in botocore's models fails here, and is not stored by chance."""
    sensitive = {name for name, is_sensitive in _types(service).items() if is_sensitive}
    assert sensitive - _SECRETS == NO_SECRETS.get(service, set())


def test_nothing_else_is_wrapped() -> None:
    """A type of the same name that is no secret would come wrapped; a type that AWS renamed would not be."""
    types = [_types(service) for service in SERVICES]
    assert {name for of_service in types for name, sensitive in of_service.items() if sensitive} >= (
        _SECRETS - NOT_CALLED_SENSITIVE
    )
    for of_service in types:
        assert {name for name in _SECRETS & of_service.keys() if not of_service[name]} <= NOT_CALLED_SENSITIVE
    assert {name for of_service in types for name in of_service} >= _SECRETS | _MAPS_WITH_SECRETS


ANSWERS: dict[str, Any] = {
    "DescribeUserPoolClient": {
        "UserPoolClient": {
            "ClientId": "shop",
            "ClientSecret": "hidden-1",
            "TokenValidityUnits": {"AccessToken": "hours", "RefreshToken": "days"},
        }
    },
    "ListUserPoolClientSecrets": {"ClientSecrets": [{"ClientSecretId": "one", "ClientSecretValue": "hidden-2"}]},
    "DescribeIdentityProvider": {
        "IdentityProvider": {
            "ProviderName": "SignInWithApple",
            "ProviderDetails": {
                "client_id": "shop",
                "client_secret": "hidden-3",
                "private_key": "hidden-4",
                "key_id": "K",
                "token_url": "https://example.org/token",
            },
        }
    },
    "DescribeUserPool": {"UserPool": {"Id": "us-east-1_1", "UserPoolTags": {"secret-owner": "alice"}}},
    "GetOpenIdToken": {"IdentityId": "us-east-1:1", "Token": "hidden-5"},
}


class _Cognito(BaseHTTPRequestHandler):
    """Answers as Cognito does, which the emulated AWS doesn't play."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        described = json.dumps(ANSWERS[self.headers["X-Amz-Target"].rpartition(".")[2]]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(described)))
        self.end_headers()
        self.wfile.write(described)

    def log_message(self, format: str, *args: object) -> None:
        pass


def _client(service: str, url: str) -> Any:
    """As the client makes them."""
    session = botocore.session.get_session()
    read_our_way(session)
    return session.create_client(
        service, "us-east-1", endpoint_url=url, aws_access_key_id="x", aws_secret_access_key="y"
    )


@pytest.fixture
def cognito() -> Iterator[str]:
    """Its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Cognito)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def idp(cognito: str) -> Any:
    return _client("cognito-idp", cognito)


def test_the_secrets_of_an_app_client(idp: Any) -> None:
    described = idp.describe_user_pool_client(UserPoolId="us-east-1_1", ClientId="shop")["UserPoolClient"]
    assert described == {
        "ClientId": "shop",
        "ClientSecret": Secret("hidden-1"),
        "TokenValidityUnits": {"AccessToken": "hours", "RefreshToken": "days"},
    }
    listed = idp.list_user_pool_client_secrets(UserPoolId="us-east-1_1", ClientId="shop")
    assert listed["ClientSecrets"] == [{"ClientSecretId": "one", "ClientSecretValue": Secret("hidden-2")}]
    assert "hidden" not in repr((described, listed))


def test_the_secrets_of_an_identity_provider(idp: Any) -> None:
    described = idp.describe_identity_provider(UserPoolId="us-east-1_1", ProviderName="SignInWithApple")
    assert described["IdentityProvider"]["ProviderDetails"] == {
        "client_id": "shop",
        "client_secret": Secret("hidden-3"),
        "private_key": Secret("hidden-4"),
        "key_id": "K",
        "token_url": "https://example.org/token",
    }
    assert "hidden" not in repr(described)


def test_a_tag_that_speaks_of_a_secret_is_none(idp: Any) -> None:
    described = idp.describe_user_pool(UserPoolId="us-east-1_1")
    assert described["UserPool"]["UserPoolTags"] == {"secret-owner": "alice"}


def test_the_token_of_an_identity(cognito: str) -> None:
    described = _client("cognito-identity", cognito).get_open_id_token(IdentityId="us-east-1:1")
    assert (described["IdentityId"], described["Token"]) == ("us-east-1:1", Secret("hidden-5"))


def test_the_credentials_of_an_assumed_role(emulator: Emulator) -> None:
    """STS speaks XML, which is read another way; the model doesn't call the session token sensitive."""
    described = _client("sts", emulator.url).get_session_token()["Credentials"]
    assert isinstance(described["SecretAccessKey"], Secret) and isinstance(described["SessionToken"], Secret)
    assert isinstance(described["AccessKeyId"], str)
