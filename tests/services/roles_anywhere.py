"""Trust anchors and profiles of IAM Roles Anywhere in the emulated AWS."""

from __future__ import annotations

from typing import Any

from emulator.process import REGION, Emulator

_BUNDLE = {"sourceType": "CERTIFICATE_BUNDLE", "sourceData": {"x509CertificateData": "(nobody's)"}}


class MadeAnywhere:
    def __init__(self, emulator: Emulator, region: str = REGION) -> None:
        self.client: Any = emulator.client("rolesanywhere", region_name=region)

    def anchor(self, name: str, *, enabled: bool = True) -> str:
        """Its ARN."""
        made = self.client.create_trust_anchor(name=name, source=_BUNDLE, enabled=enabled)
        return str(made["trustAnchor"]["trustAnchorArn"])

    def profile(self, name: str, *role_arns: str, enabled: bool = True, **more: Any) -> str:
        made = self.client.create_profile(name=name, roleArns=list(role_arns), enabled=enabled, **more)
        return str(made["profile"]["profileArn"])
