"""Writes managed_policies.json anew from the data of the package moto: `make managed-policies`.

Names and paths only: AWS changes the documents often, and the console reads from AWS the one that somebody asks for.
The engine doesn't import this, nor moto.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from typing import Any

TARGET = Path(__file__).with_name("managed_policies.json")
TAKEN_FROM = "moto {version} (Apache License 2.0), iam/aws_managed_policies.py"


def paths_of(policies: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """ "/service-role/AWSLambdaRole": what stands behind "policy" in the ARN."""
    return sorted((f"{each['Path']}{name}" for name, each in policies.items()), key=str.lower)


def written() -> str:
    module = ast.parse(files("moto").joinpath("iam", "aws_managed_policies.py").read_text())
    text = next(node.value for node in module.body if isinstance(node, ast.Assign))
    policies = json.loads(ast.literal_eval(text))
    taken_from = TAKEN_FROM.format(version=metadata.version("moto"))
    return json.dumps({"taken_from": taken_from, "policies": paths_of(policies)}, indent=0) + "\n"


if __name__ == "__main__":
    TARGET.write_text(written())
