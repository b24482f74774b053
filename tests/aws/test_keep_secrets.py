from __future__ import annotations

import copy
import json
import pickle
import string
from collections.abc import Callable
from typing import Any

import pytest

from sync.aws.answers import prepare
from sync.aws.secrets import Secret
from tests.services.aws_models import model_of

TEXT = "wJalrXUtnFEMI/K7MDENG"


@pytest.mark.parametrize(
    "show",
    [
        str,
        repr,
        lambda secret: f"{secret} {secret!r} {secret:>40}",
        lambda secret: "%s %r" % (secret, secret),  # noqa: UP031
        lambda secret: string.Template("$x").substitute(x=secret),
        lambda secret: json.dumps({"x": secret}, default=str),
        lambda secret: repr({"x": [secret]}),
        lambda secret: repr([getattr(secret, name) for name in dir(secret)]),
    ],
)
def test_a_secret_does_not_show(show: Callable[[Secret], str]) -> None:
    assert TEXT not in show(Secret(TEXT))


@pytest.mark.parametrize("keep", [pickle.dumps, copy.copy, copy.deepcopy, json.dumps, vars])
def test_a_secret_can_not_be_kept_unsealed(keep: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError):
        keep(Secret(TEXT))


def test_a_secret_opens() -> None:
    secret = Secret(TEXT)
    assert secret.open() == TEXT
    assert secret == Secret(TEXT)
    assert secret != Secret("another")
    with pytest.raises(AttributeError):
        secret.text = "x"


def test_the_seed_of_an_mfa_device_comes_wrapped() -> None:
    model = model_of("iam")
    answer = {"VirtualMFADevice": {"SerialNumber": "arn:x", "Base32StringSeed": b"SEED"}}
    shape = model.operation_model("CreateVirtualMFADevice").output_shape
    assert shape is not None
    prepared = prepare(answer, shape)
    assert prepared["VirtualMFADevice"]["Base32StringSeed"].open() == "U0VFRA=="
    assert set(prepared) == {"VirtualMFADevice"}
