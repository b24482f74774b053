"""Reading a state of Terraform or OpenTofu as `show -json` prints it ("JSON Output Format", Terraform).

What isn't asked for is never built: of a resource only the values named here are held, none of which is a secret.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO

import ijson

from infrastructure.code.terraform import GROUP, POLICY, ROLE, USER

_DEEPEST = 200
_LONGEST = 2048  # characters of a value, and of an address half of them
_VALUES = frozenset({"arn", "name", "unique_id", "role", "user", "group"})
_OWN = {
    POLICY: "iam.policy",
    GROUP: "iam.group",
    ROLE: "iam.role",
    USER: "iam.user",
    "aws_iam_instance_profile": "iam.instance_profile",
    "aws_iam_openid_connect_provider": "iam.oidc_provider",
    "aws_iam_saml_provider": "iam.saml_provider",
    "aws_s3_bucket": "s3.bucket",
    "aws_kms_key": "kms.key",
    "aws_sqs_queue": "sqs.queue",
    "aws_sns_topic": "sns.topic",
    "aws_lambda_function": "lambda.function",
    "aws_secretsmanager_secret": "secretsmanager.secret",
    "aws_ecr_repository": "ecr.repository",
    "aws_dynamodb_table": "dynamodb.table",
    "aws_efs_file_system": "efs.file_system",
    "aws_backup_vault": "backup.vault",
    "aws_cloudwatch_event_bus": "events.bus",
    "aws_vpc_endpoint": "ec2.vpc_endpoint",
}
KINDS = frozenset(_OWN.values())
_OWNERS = {"role": "iam.role", "user": "iam.user", "group": "iam.group"}
_BELONGING = {
    **{f"aws_iam_{owner}_policy": owner for owner in _OWNERS},
    **{f"aws_iam_{owner}_policy_attachment": owner for owner in _OWNERS},
    "aws_iam_user_group_membership": "user",
    "aws_iam_access_key": "user",
    "aws_iam_user_login_profile": "user",
}
# What a file has at its top that is something else.
_OTHERS = {
    "lineage": "This is a raw state file, which holds secrets. Give the output of “terraform show -json” instead.",
    "resource_changes": "This is a plan. Give the state: “terraform show -json” without the name of a plan.",
    "encrypted_data": "This state is encrypted. Give the output of “tofu show -json” instead.",
}


class StateError(ValueError):
    """The text is a sentence for whoever gave the file."""


@dataclass(frozen=True)
class StateResource:
    """`arn` is "" of what belongs to the object `name`."""

    address: str
    kind: str  # of the mirror: "iam.role"
    name: str
    arn: str
    unique_id: str


@dataclass
class _OpenResource:
    depth: int
    values: dict[str, str] = field(default_factory=dict)


def resources_in(file: IO[bytes]) -> Iterator[StateResource]:
    """Those of IAM, and those that may have policies, as they come.

    Raises StateError where the file is no such output: also after some were yielded.
    """
    tops: set[str] = set()
    try:
        yield from _walk(file, tops)
    except ijson.JSONError as error:
        raise StateError(
            "The file is no JSON, or is cut off. Give the whole output of “terraform show -json”."
        ) from error
    except UnicodeDecodeError as error:
        raise StateError("The file isn’t UTF-8. Write it with “terraform show -json > state.json”.") from error
    if not {"format_version", "values"} <= tops:
        raise StateError("This is no output of “terraform show -json”, or of an empty state: it has no values.")


def _walk(file: IO[bytes], tops: set[str]) -> Iterator[StateResource]:
    path: list[str] = []
    found: _OpenResource | None = None
    for event, value in ijson.basic_parse(file, use_float=True):
        if event == "map_key":
            path[-1] = value
            if len(path) == 1:
                _look_at_top(value, tops)
        elif event in ("start_map", "start_array"):
            if len(path) > _DEEPEST:
                raise StateError("The file is nested too deeply to be a state.")
            if event == "start_map" and found is None and _is_resource(path):
                found = _OpenResource(len(path))
            path.append("item" if event == "start_array" else "")
        elif event in ("end_map", "end_array"):
            path.pop()
            if found and len(path) == found.depth:
                if resource := _resource(found.values):
                    yield resource
                found = None
        elif event == "string" and found:
            _note(found, path[found.depth :], value)


def _look_at_top(name: str, tops: set[str]) -> None:
    if name in _OTHERS:
        raise StateError(_OTHERS[name])
    tops.add(name)


def _is_resource(path: Sequence[str]) -> bool:
    """values.root_module, any child_modules, resources: a map in that list."""
    if path[:2] != ["values", "root_module"] or path[-2:] != ["resources", "item"]:
        return False
    between = path[2:-2]
    return between == ["child_modules", "item"] * (len(between) // 2)


def _note(found: _OpenResource, within: Sequence[str], value: str) -> None:
    if len(value) > _LONGEST:
        return
    if len(within) == 1 and within[0] in ("address", "mode", "type"):
        found.values[within[0]] = value
    elif len(within) == 2 and within[0] == "values" and within[1] in _VALUES:
        found.values[f"values.{within[1]}"] = value


def _resource(said: dict[str, str]) -> StateResource | None:
    type_, address = said.get("type", ""), said.get("address", "")[: _LONGEST // 2]
    if said.get("mode") != "managed" or not address:
        return None
    arn, name = said.get("values.arn", ""), said.get("values.name", "")[:256]
    if (kind := _OWN.get(type_)) and arn:
        return StateResource(address, kind, name, arn, said.get("values.unique_id", "")[:128])
    owner = _BELONGING.get(type_)
    owner_name = said.get(f"values.{owner}", "")[:256] if owner else ""
    return StateResource(address, _OWNERS[owner], owner_name, "", "") if owner and owner_name else None
