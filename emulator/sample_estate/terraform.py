"""A state of Terraform that owns some of Acme, as `terraform show -json` prints it: what `data.terraform` lists."""

from __future__ import annotations

from typing import Any

from emulator.process import Emulator
from emulator.sample_estate.data.terraform import ATTACHED, BESIDE, POLICIES, ROLES, VERSION
from emulator.wellknown import ACCOUNT_ID


def state_of(emulator: Emulator) -> dict[str, Any]:
    """With the unique ids that roles and policies have there."""
    iam = emulator.client("iam")
    roles = [iam.get_role(RoleName=name)["Role"] for name in ROLES]
    policies = [iam.get_policy(PolicyArn=_policy_arn(name))["Policy"] for name in POLICIES]
    resources = [
        *(_resource("aws_iam_role", each["RoleName"], _role(each)) for each in roles),
        *(_resource("aws_iam_policy", each["PolicyName"], _policy(each)) for each in policies),
        *(
            _resource("aws_iam_role_policy_attachment", name, {"role": role, "policy_arn": _policy_arn(policy)})
            for name, role, policy in ATTACHED
        ),
        *(_resource(kind, name, values) for kind, name, values in BESIDE),
    ]
    module = {"address": "module.shop", "resources": resources}
    return {
        "format_version": "1.0",
        "terraform_version": VERSION,
        "values": {"root_module": {"resources": [], "child_modules": [module]}},
    }


def _resource(kind: str, name: str, values: dict[str, Any]) -> dict[str, Any]:
    local = name.replace("-", "_")
    provider = "random" if kind.startswith("random") else "aws"
    return {
        "address": f"module.shop.{kind}.{local}",
        "mode": "managed",
        "type": kind,
        "name": local,
        "provider_name": f"registry.terraform.io/hashicorp/{provider}",
        "schema_version": 0,
        "values": values,
    }


def _role(role: dict[str, Any]) -> dict[str, str]:
    name = role["RoleName"]
    return {"id": name, "name": name, "path": role["Path"], "arn": role["Arn"], "unique_id": role["RoleId"]}


def _policy(policy: dict[str, Any]) -> dict[str, str]:
    arn = policy["Arn"]
    return {
        "id": arn,
        "name": policy["PolicyName"],
        "path": policy["Path"],
        "arn": arn,
        "policy_id": policy["PolicyId"],
    }


def _policy_arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT_ID}:policy/{name}"
