"""KMS: a key that is disabled does nothing, and is named by its id or by its ARN where it is disabled and enabled.

"Key states of AWS KMS keys" in the KMS Developer Guide: `Decrypt` and `GenerateDataKey` fail with DisabledException.
"""

from __future__ import annotations

from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.kms.models import KmsBackend


class DisabledException(JsonRESTError):  # type: ignore[misc]
    def __init__(self, arn: str) -> None:
        super().__init__("DisabledException", f"{arn} is disabled.")


def teach() -> None:
    encrypt, decrypt = KmsBackend.encrypt, KmsBackend.decrypt

    def only_enabled(self: Any, key_id: str) -> None:
        key = self.keys[self.any_id_to_key_id(key_id)]
        if not key.enabled:
            raise DisabledException(key.arn)

    def encrypt_if_enabled(self: Any, key_id: str, **said: Any) -> Any:
        only_enabled(self, key_id)
        return encrypt(self, key_id=key_id, **said)

    def decrypt_if_enabled(self: Any, **said: Any) -> Any:
        plaintext, arn = decrypt(self, **said)
        only_enabled(self, arn)
        return plaintext, arn

    KmsBackend.encrypt, KmsBackend.decrypt = encrypt_if_enabled, decrypt_if_enabled
    for name in ("enable_key", "disable_key"):
        _by_arn(name)


def _by_arn(name: str) -> None:
    moved = getattr(KmsBackend, name)
    setattr(KmsBackend, name, lambda self, key_id: moved(self, self.any_id_to_key_id(key_id)))
