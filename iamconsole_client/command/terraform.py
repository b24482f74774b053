"""The policies in a plan of Terraform, as `terraform show -json` prints it.

HashiCorp, "JSON Output Format": `resource_changes`, with `before`, `after` and `after_unknown` of each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from iamconsole_client.errors import InputError

_OF_IDENTITIES = ("aws_iam_policy", "aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy")
_OF_RESOURCES = (
    "aws_s3_bucket_policy",
    "aws_sqs_queue_policy",
    "aws_sns_topic_policy",
    "aws_kms_key_policy",
    "aws_kms_key",
    "aws_ecr_repository_policy",
    "aws_secretsmanager_secret_policy",
)
# By the type of resource, its attribute with a document, and what that is for: a type of document of the console.
_ATTRIBUTES: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(_OF_IDENTITIES, ("policy", "identity")),
    **dict.fromkeys(_OF_RESOURCES, ("policy", "resource")),
    "aws_iam_role": ("assume_role_policy", "trust"),
    "aws_ssoadmin_permission_set_inline_policy": ("inline_policy", "identity"),
    "aws_organizations_policy": ("content", "scp"),
}
_OF_ORGANIZATIONS = {"SERVICE_CONTROL_POLICY": "scp", "RESOURCE_CONTROL_POLICY": "rcp"}
EMPTY = '{"Version": "2012-10-17", "Statement": []}'


@dataclass(frozen=True)
class PlannedDocument:
    """`old` and `new` are "" where there is none. `hidden`: why the new one can't be read from the plan.
    `as_if`: as what the console can suppose it (`kind`, `of`, `name`); none for what isn't in AWS yet.
    """

    address: str
    attribute: str
    type: str
    old: str
    new: str
    hidden: str = ""
    as_if: Mapping[str, str] | None = None

    @property
    def name(self) -> str:
        return f"{self.address}.{self.attribute}"


def is_plan(value: Any) -> bool:
    return isinstance(value, dict) and "resource_changes" in value and "format_version" in value


def is_state(value: Any) -> bool:
    return isinstance(value, dict) and "values" in value and "format_version" in value


def documents_of(plan: Mapping[str, Any]) -> list[PlannedDocument]:
    """Those that it creates, changes or deletes. Raises InputError where it isn't as Terraform writes it."""
    try:
        return [
            found
            for each in plan["resource_changes"]
            if each.get("mode", "managed") == "managed" and set(each["change"]["actions"]) - {"no-op", "read"}
            for found in _documents(each)
        ]
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise InputError(f"The plan isn’t as “terraform show -json” writes it: {error!r}.") from None


def _documents(resource: Mapping[str, Any]) -> Iterator[PlannedDocument]:
    change = resource["change"]
    before, after = change.get("before") or {}, change.get("after") or {}
    if resource["type"] in _ATTRIBUTES:
        attribute, kind = _ATTRIBUTES[resource["type"]]
        hidden = _hidden(change, attribute)
        old, new = _text(before.get(attribute)), "" if hidden else _text(after.get(attribute))
        if old != new or hidden:
            of_organization = _OF_ORGANIZATIONS.get((after or before).get("type", "")) if kind == "scp" else None
            said = _as_if(resource["type"], before)
            yield PlannedDocument(resource["address"], attribute, of_organization or kind, old, new, hidden, said)
    if resource["type"] == "aws_iam_role":
        yield from _inline(resource["address"], change, before, after)


def _inline(
    address: str, change: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[PlannedDocument]:
    """Those that stand in the resource of the role. Partly unknown, none is known to be there."""
    if hidden := _hidden(change, "inline_policy"):
        yield PlannedDocument(address, "inline_policy", "identity", "", "", hidden)
        return
    olds, news = (
        {each["name"]: _text(each["policy"]) for each in side.get("inline_policy") or ()} for side in (before, after)
    )
    for name in dict.fromkeys([*olds, *news]):
        old, new = olds.get(name, ""), news.get(name, "")
        if old != new:
            said = {"kind": "inline", "of": before["arn"], "name": name} if before.get("arn") else None
            yield PlannedDocument(address, f'inline_policy["{name}"]', "identity", old, new, as_if=said)


def _named(role: Mapping[str, Any]) -> dict[str, str]:
    return {each["name"]: _text(each["policy"]) for each in role.get("inline_policy") or ()}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError("a policy isn’t a text")
    return value


def _hidden(change: Mapping[str, Any], attribute: str) -> str:
    if _has_true((change.get("after_unknown") or {}).get(attribute)):
        return "it is known only after apply"
    sensitive = change.get("after_sensitive")
    if sensitive is True or (isinstance(sensitive, dict) and _has_true(sensitive.get(attribute))):
        return "it is marked as sensitive, and isn’t sent anywhere"
    return ""


def _has_true(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_true, value.values()))
    return any(map(_has_true, value)) if isinstance(value, list) else value is True


def _as_if(kind: str, before: Mapping[str, Any]) -> Mapping[str, str] | None:
    if kind == "aws_iam_policy" and before.get("arn"):
        return {"kind": "managed", "of": before["arn"]}
    if kind == "aws_iam_role" and before.get("arn"):
        return {"kind": "trust", "of": before["arn"]}
    for owner in ("role", "user", "group"):
        if kind == f"aws_iam_{owner}_policy" and before.get(owner) and before.get("name"):
            return {"kind": "inline", "of": f"{owner}/{before[owner]}", "name": before["name"]}
    return None


# ---- Where a resource stands in the code ---------------------------------------------------------------------------
def places(root: Path) -> Mapping[str, tuple[str, int]]:
    """By the address of each resource of the root module, the file and the line at which its block begins."""
    block = re.compile(r'^\s*resource\s+"([\w-]+)"\s+"([\w-]+)"', re.MULTILINE)
    found: dict[str, tuple[str, int]] = {}
    for file in sorted(root.glob("*.tf")):
        text = file.read_text(encoding="utf-8", errors="replace")
        for each in block.finditer(text):
            found[f"{each[1]}.{each[2]}"] = str(file), text.count("\n", 0, each.start(1)) + 1
    return found


def place_of(address: str, found: Mapping[str, tuple[str, int]]) -> tuple[str, int] | None:
    """Of `aws_iam_policy.ci[0]`, too."""
    return found.get(re.sub(r"\[[^]]*\]$", "", address))
