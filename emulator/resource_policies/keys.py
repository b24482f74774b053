"""KMS: the name of a key policy needn't be said, and ids are the same on every machine."""

from __future__ import annotations

from itertools import count

import moto.kms.models
import moto.kms.responses

from emulator import clock
from emulator.ids import uuid


def teach() -> None:
    checked = moto.kms.responses._assert_default_policy
    # "GetKeyPolicy" in the KMS API Reference: without a name it is that of `default`.
    moto.kms.responses._assert_default_policy = lambda name: checked(name or "default")
    moto.kms.models.generate_key_id = _key_id


_made = count(1)


def _key_id(multi_region: bool = False) -> str:
    found = uuid("kms", clock.utcnow().isoformat(), next(_made))
    return f"mrk-{found}" if multi_region else found
