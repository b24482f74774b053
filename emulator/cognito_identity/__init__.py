"""Cognito identity pools of the emulator, all ours: moto's have neither roles nor rules, and keys that open nothing."""

from __future__ import annotations

from emulator.cognito_identity.backend import backends
from emulator.cognito_identity.calls import IdentityPoolCalls

__all__ = ["IdentityPoolCalls", "backends"]
