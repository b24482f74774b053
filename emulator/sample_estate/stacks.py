"""The stack that owns some of Acme: it takes over what is there, as its people would have it do."""

from __future__ import annotations

import json

from emulator.dated import DatedClient
from emulator.process import Emulator
from emulator.sample_estate.data.documents import REGION
from emulator.sample_estate.data.stacks import CREATED, DESCRIPTION, NAME, RESOURCES

_CHANGE_SET = "take-over"


def make_stack(emulator: Emulator) -> None:
    client = DatedClient(emulator.own_client("cloudformation", region_name=REGION)).at(CREATED)
    written = {logical_id: {"Type": type_, "DeletionPolicy": "Retain"} for logical_id, type_, _, _ in RESOURCES}
    client.create_change_set(
        StackName=NAME,
        ChangeSetName=_CHANGE_SET,
        ChangeSetType="IMPORT",
        Capabilities=["CAPABILITY_NAMED_IAM"],
        TemplateBody=json.dumps({"Description": DESCRIPTION, "Resources": written}),
        ResourcesToImport=[
            {"ResourceType": type_, "LogicalResourceId": logical_id, "ResourceIdentifier": {name: value}}
            for logical_id, type_, name, value in RESOURCES
        ],
    )
    client.execute_change_set(ChangeSetName=_CHANGE_SET, StackName=NAME)
