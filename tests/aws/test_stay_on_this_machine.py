"""Of an emulated AWS account no call leaves this machine: not one of any client and operation that the console has.

Whatever is connected to is noted instead, below all that puts addresses together. Nobody listens anywhere.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from accounts.models import AwsAccount
from sync.aws import calls, errors
from sync.aws.purpose import READING
from sync.aws.session import AwsSession, invoke
from sync.aws.target import send_only_to, target_of
from sync.aws.trace import traced
from tests.services.aws_models import model_of

URL = "http://127.0.0.1:9/token"
# Of these the console calls next to nothing; their models are large.
_READS_ONLY = ("apigateway", "ec2", "lambda", "dynamodb")


@pytest.fixture
def connected_to(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[str]:
    """Hosts whose name was asked for, or that somebody wanted to connect to. In this test nobody gets there."""
    settings.AWS_EMULATOR_URL = URL
    hosts: list[str] = []

    def note(host: Any, *_: Any, **__: Any) -> Any:
        hosts.append(str(host[0] if isinstance(host, tuple) else host))
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", note)
    monkeypatch.setattr(socket.socket, "connect", lambda self, address: note(address))
    return hosts


def session() -> AwsSession:
    return AwsSession(
        target_of(AwsAccount(account_id="123456789012", emulated=True, connection="ambient"), "write"), READING
    )


def operations() -> Iterator[tuple[str, str]]:
    for service in calls._READS:
        for operation in model_of(service).operation_names:
            if service not in _READS_ONLY or calls.is_read(service, operation):
                yield service, operation


def test_no_operation_of_any_client_reaches_beyond_it(connected_to: list[str]) -> None:
    made = session()
    made._opened = made._ambient()  # as if it had got in
    clients = {name: made.client(name, "eu-west-1", resends=False) for name in calls._READS}
    refused = set()
    for service, operation in operations():
        client = clients[service]
        before = len(connected_to)
        with pytest.raises(Exception) as caught, traced(None):
            invoke(client, operation, params_of(model_of(service).operation_model(operation)))
        if isinstance(caught.value, errors.EndpointRefused):
            refused.add(f"{service}:{operation}")
        else:
            assert connected_to[before:], f"{service}:{operation} wasn't sent: {caught.value!r}"
    assert set(connected_to) == {"127.0.0.1"}
    assert len(connected_to) > 600
    assert not [each for each in refused if calls.is_read(*each.split(":"))]
    assert refused == {"logs:GetLogObject", "logs:StartLiveTail", "s3:WriteGetObjectResponse"}


def test_a_client_that_ignores_the_emulators_address_is_refused(connected_to: list[str]) -> None:
    made = session()
    client = made._ambient().create_client("iam", region_name="eu-west-1")
    send_only_to(client, URL, "123456789012")
    with pytest.raises(errors.EndpointRefused, match=r"would go to iam\.amazonaws\.com instead of the emulator"):
        invoke(client, "CreateUser", {"UserName": "jane"})
    assert connected_to == []


# ---- Parameters that botocore takes ----------------------------------------------------------------------------
def params_of(operation: OperationModel) -> dict[str, Any]:
    shape = operation.input_shape
    return {} if shape is None else value_of(shape, ())


def value_of(shape: Shape, above: tuple[str, ...]) -> Any:
    """Only what is required; of what contains itself, nothing the second time."""
    least = int(shape.metadata.get("min", 0))
    match shape:
        case StructureShape():
            wanted = shape.required_members or (list(shape.members)[:1] if getattr(shape, "is_tagged_union", 0) else [])
            members = [name for name in wanted if shape.members[name].name not in above]
            return {name: value_of(shape.members[name], (*above, shape.name)) for name in members}
        case ListShape():
            return [value_of(shape.member, (*above, shape.name))] * least
        case MapShape():
            return {}
    if "enum" in shape.metadata:
        return shape.metadata["enum"][0]
    match shape.type_name:
        case "string":
            return "123456789012" if "Account" in shape.name else "a" * max(least, 3)
        case "integer" | "long" | "float" | "double":
            return least or 1
        case "boolean":
            return True
        case "timestamp":
            return 1_700_000_000
    return b"a"
