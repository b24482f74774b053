"""The trust anchor and the profile of Acme's servers outside AWS."""

from __future__ import annotations

from emulator.dated import DatedClient
from emulator.process import Emulator
from emulator.sample_estate.data.anywhere import ANCHOR, CREATED, PROFILE, ROLE
from emulator.sample_estate.data.documents import REGION


def make_anywhere(emulator: Emulator) -> None:
    client = DatedClient(emulator.own_client("rolesanywhere", region_name=REGION)).at(CREATED)
    source = {"sourceType": "CERTIFICATE_BUNDLE", "sourceData": {"x509CertificateData": "(nobody has it)"}}
    client.create_trust_anchor(name=ANCHOR, source=source, enabled=True)
    client.create_profile(name=PROFILE, roleArns=[ROLE], enabled=True)
