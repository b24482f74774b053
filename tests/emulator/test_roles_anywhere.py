"""IAM Roles Anywhere as AWS documents it."""

from __future__ import annotations

from emulator.process import Emulator
from tests.emulator.conftest import Refused
from tests.services.roles_anywhere import MadeAnywhere

ROLE = "arn:aws:iam::123456789012:role/backup"
NOBODY = "00000000-0000-0000-0000-000000000000"


def test_they_are_made_told_switched_and_deleted(emulator: Emulator) -> None:
    made = MadeAnywhere(emulator)
    anchor, profile = made.anchor("datacenter").rpartition("/")[2], made.profile("backup", ROLE).rpartition("/")[2]
    assert made.client.get_trust_anchor(trustAnchorId=anchor)["trustAnchor"]["enabled"] is True
    made.client.disable_trust_anchor(trustAnchorId=anchor)
    assert made.client.list_trust_anchors()["trustAnchors"][0]["enabled"] is False
    made.client.disable_profile(profileId=profile)
    made.client.enable_profile(profileId=profile)
    assert made.client.get_profile(profileId=profile)["profile"]["roleArns"] == [ROLE]
    made.client.delete_profile(profileId=profile)
    made.client.delete_trust_anchor(trustAnchorId=anchor)
    assert made.client.list_profiles()["profiles"] == made.client.list_trust_anchors()["trustAnchors"] == []


def test_they_come_in_pages(emulator: Emulator) -> None:
    made = MadeAnywhere(emulator)
    arns = {made.anchor(name) for name in "abc"}
    first = made.client.list_trust_anchors(pageSize=2)
    rest = made.client.list_trust_anchors(pageSize=2, nextToken=first["nextToken"])
    assert len(rest["trustAnchors"]) == 1 and "nextToken" not in rest
    assert {each["trustAnchorArn"] for page in (first, rest) for each in page["trustAnchors"]} == arns


def test_what_is_refused(emulator: Emulator, refused: Refused) -> None:
    made = MadeAnywhere(emulator)
    made.anchor("datacenter")
    refused("ValidationException", made.anchor, name="datacenter")
    refused("ValidationException", made.client.create_profile, name="x", roleArns=[ROLE.replace("1234", "9999")])
    refused("ResourceNotFoundException", made.client.get_trust_anchor, trustAnchorId=NOBODY)
    refused("ResourceNotFoundException", made.client.delete_profile, profileId=NOBODY)
