"""KMS: the name of a key policy needn't be said."""

from __future__ import annotations

import moto.kms.responses


def teach() -> None:
    checked = moto.kms.responses._assert_default_policy
    # "GetKeyPolicy" in the KMS API Reference: without a name it is that of `default`.
    moto.kms.responses._assert_default_policy = lambda name: checked(name or "default")
