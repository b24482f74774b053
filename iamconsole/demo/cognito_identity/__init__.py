"""Cognito identity pools of the emulator, all ours: moto's have neither roles nor rules, and keys that open nothing."""

from __future__ import annotations

from iamconsole.demo.cognito_identity.backend import backends
from iamconsole.demo.cognito_identity.calls import IdentityPoolCalls

__all__ = ["IdentityPoolCalls", "backends"]
