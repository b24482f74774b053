"""KMS: the name of a key policy needn't be said, a key that isn't there has no grants, and ids are always the same."""

from __future__ import annotations

from itertools import count
from typing import Any

import moto.kms.models
import moto.kms.responses
from moto.kms.responses import KmsResponse

from emulator import clock
from emulator.ids import uuid


def teach() -> None:
    checked = moto.kms.responses._assert_default_policy
    # "GetKeyPolicy" in the KMS API Reference: without a name it is that of `default`.
    moto.kms.responses._assert_default_policy = lambda name: checked(name or "default")
    moto.kms.models.generate_key_id = _key_id
    listed = KmsResponse.list_grants

    def list_grants(self: Any) -> Any:
        self._validate_cmk_id(self._get_param("KeyId"))  # moto breaks over a key that isn't there
        return listed(self)

    KmsResponse.list_grants = list_grants


_made = count(1)


def _key_id(multi_region: bool = False) -> str:
    found = uuid("kms", clock.utcnow().isoformat(), next(_made))
    return f"mrk-{found}" if multi_region else found
