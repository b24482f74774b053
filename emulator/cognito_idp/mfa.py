"""GetUserPoolMfaConfig and SetUserPoolMfaConfig: which second factors a pool knows, and whether it asks for one."""

from __future__ import annotations

from typing import Any

from emulator.cognito_idp.errors import invalid

_FACTORS = ("SmsMfaConfiguration", "SoftwareTokenMfaConfiguration", "EmailMfaConfiguration")


class MfaConfig:
    def __init__(self) -> None:
        self.mode = "OFF"
        self.blocks: dict[str, Any] = {}

    @property
    def has_factor(self) -> bool:
        return any(self.knows(factor) for factor in _FACTORS)

    def knows(self, factor: str) -> bool:
        block = self.blocks.get(factor) or {}
        return bool(block.get("Enabled") if factor == "SoftwareTokenMfaConfiguration" else block)

    def follow(self, settings: dict[str, Any]) -> None:
        """What an update of the pool does to it: the mode is the pool's, and so is the way to send texts."""
        self.mode = settings["MfaConfiguration"]
        if "SmsConfiguration" in settings:
            block = {"SmsConfiguration": settings["SmsConfiguration"]}
            if text := settings.get("SmsAuthenticationMessage"):
                block["SmsAuthenticationMessage"] = text
            self.blocks["SmsMfaConfiguration"] = block
        else:
            self.blocks.pop("SmsMfaConfiguration", None)
        if self.mode == "OFF":
            for factor in _FACTORS[1:]:
                self.blocks.pop(factor, None)

    def replace(self, asked: dict[str, Any]) -> None:
        """A full replacement: blocks that are left out are gone."""
        mode = asked.get("MfaConfiguration", "OFF")
        wanted = MfaConfig()
        wanted.blocks = {
            name: asked[name] for name in (*_FACTORS, "WebAuthnConfiguration") if asked.get(name) is not None
        }
        if mode != "OFF" and not wanted.has_factor:
            raise invalid("Invalid MFA configuration given, can't turn on MFA without any MFA type enabled.")
        if mode == "OFF" and (wanted.knows(_FACTORS[1]) or wanted.knows(_FACTORS[2])):
            raise invalid("Invalid MFA configuration given, can't turn off MFA and configure an MFA together.")
        self.mode, self.blocks = mode, wanted.blocks

    def described(self) -> dict[str, Any]:
        return {**self.blocks, "MfaConfiguration": self.mode}
