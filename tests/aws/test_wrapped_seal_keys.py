"""Seal keys that a key of AWS KMS wraps, by the emulator's KMS."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts import keys
from emulator.process import Emulator
from iamconsole import sealing
from iamconsole.sealing import CannotUnseal, SealingPurpose, seal, unseal
from sync.aws import kms
from tests.conftest import ACCOUNT_ID
from tests.security.test_starting import begin

PERSONAL = SealingPurpose.PERSONAL


@pytest.fixture
def key(emulator: Emulator) -> str:
    """The ARN of a KMS key."""
    sealing._key.cache_clear()
    return str(emulator.client("kms").create_key(Description="IAM Console")["KeyMetadata"]["Arn"])


def made(arn: str) -> str:
    printed = io.StringIO()
    call_command("make_seal_key", "--kms-key", arn, stdout=printed)
    return printed.getvalue().strip()


def test_what_is_sealed_under_it_opens_in_another_process(key: str, settings: Any) -> None:
    settings.SEAL_KEYS = [made(key)]
    blob = seal("Correct-Horse-9", PERSONAL)
    sealing._key.cache_clear()  # as in a process that has just begun
    assert unseal(blob, PERSONAL) == "Correct-Horse-9"


def test_kms_is_asked_once_a_process(key: str, settings: Any, emulator: Emulator) -> None:
    settings.SEAL_KEYS = [made(key), *settings.SEAL_KEYS]
    for _ in range(5):
        assert unseal(seal("x", PERSONAL), PERSONAL) == "x"
    emulator.client("kms").disable_key(KeyId=key)
    assert unseal(seal("x", PERSONAL), PERSONAL) == "x"


def test_two_keys_are_never_the_same_and_need_each_other_not(key: str, settings: Any) -> None:
    first, second = made(key), made(key)
    settings.SEAL_KEYS = [first]
    blob = seal("x", PERSONAL)
    settings.SEAL_KEYS = [second, first]
    assert unseal(blob, PERSONAL) == "x"
    settings.SEAL_KEYS = [second]
    with pytest.raises(sealing.KeyMissing):
        unseal(blob, PERSONAL)


@pytest.mark.django_db
@pytest.mark.parametrize("harm", ["disabled", "away", "cut", "of another key"])
def test_what_cant_be_opened_is_said_in_a_sentence(key: str, settings: Any, emulator: Emulator, harm: str) -> None:
    wrapped = made(key)
    if harm == "disabled":
        emulator.client("kms").disable_key(KeyId=key)
    if harm == "away":
        settings.AWS_EMULATOR_URL = "http://127.0.0.1:1"
    if harm == "of another key":
        other = str(emulator.client("kms").create_key()["KeyMetadata"]["Arn"])
        wrapped = wrapped.replace(key, other)
    settings.SEAL_KEYS = [wrapped[:-20] if harm == "cut" else wrapped]
    with pytest.raises(CannotUnseal) as caught:
        seal("x", PERSONAL)
    [sentence] = keys.at_start()
    assert sentence == str(caught.value)
    words = {"away": "could not be reached", "disabled": "disabled", "cut": "", "of another key": ""}
    assert words[harm] in sentence.casefold()
    assert sentence.endswith(("docs/keys.md.", "printed it."))


@pytest.mark.parametrize("arn", ["alias/seal", "arn:aws:kms:eu-west-1:123456789012:alias/seal", ""])
def test_a_key_is_named_by_its_arn(emulator: Emulator, arn: str) -> None:
    with pytest.raises(kms.KmsRefused, match="by its ARN"):
        kms.make_key(arn)


def test_a_key_that_isnt_there_is_refused(emulator: Emulator) -> None:
    arn = f"arn:aws:kms:us-east-1:{ACCOUNT_ID}:key/7d0f8f5c-2a41-4c39-9a1e-1f6c0f5b2f11"
    with pytest.raises(CommandError, match="kms:GenerateDataKeyWithoutPlaintext"):
        made(arn)


def test_no_process_starts_without_kms(tmp_path: Path) -> None:
    """In production, where no credentials are at hand."""
    wrapped = f"aws-kms:arn:aws:kms:us-east-1:{ACCOUNT_ID}:key/7d0f8f5c-2a41-4c39-9a1e-1f6c0f5b2f11:AAAA"
    done = begin("celery worker", tmp_path, SEAL_KEYS=wrapped, AWS_EC2_METADATA_DISABLED="true")
    assert done.returncode != 0
    assert "can’t be opened" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_blob_tells_nothing_of_the_key(key: str, settings: Any) -> None:
    wrapped = made(key)
    settings.SEAL_KEYS = [wrapped]
    opened = kms.unwrap(wrapped)
    assert opened not in wrapped
    assert json.dumps(opened) not in repr(sealing._key(wrapped))
