"""Cognito user pools of the emulator, all ours: moto's need a library that nothing else here does, and know little."""

from __future__ import annotations

from emulator.cognito_idp.backend import Backend, backends, logo_anywhere
from emulator.cognito_idp.calls import UserPoolCalls
from emulator.cognito_idp.joining import bring_in
from emulator.cognito_idp.outbox import outbox

__all__ = ["Backend", "UserPoolCalls", "backends", "bring_in", "logo_anywhere", "outbox", "reset"]


def reset() -> None:
    backends.clear()
    outbox.clear()
