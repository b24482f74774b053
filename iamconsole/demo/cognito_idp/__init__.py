"""Cognito user pools of the emulator, all ours: moto's need a library that nothing else here does, and know little."""

from __future__ import annotations

from iamconsole.demo.cognito_idp.backend import Backend, backends, logo_anywhere
from iamconsole.demo.cognito_idp.calls import UserPoolCalls
from iamconsole.demo.cognito_idp.joining import bring_in
from iamconsole.demo.cognito_idp.outbox import outbox

__all__ = ["Backend", "UserPoolCalls", "backends", "bring_in", "logo_anywhere", "outbox", "reset"]


def reset() -> None:
    backends.clear()
    outbox.clear()
