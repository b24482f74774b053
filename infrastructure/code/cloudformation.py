"""Parts as CloudFormation: resources to create, or to import into a stack ("Import AWS resources into a stack").

CloudFormation imports what stands in a list beside the template: each template has it as `Metadata`. AWS::IAM::Policy
is avoided: its physical id is one that CloudFormation makes up, so nothing that exists can be imported as one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from infrastructure.code import yaml_text
from infrastructure.code.documents import structure_of
from infrastructure.code.names import UniqueNames, for_cloudformation
from infrastructure.code.parts import (
    ExportedAlias,
    ExportedGroup,
    ExportedInstanceProfile,
    ExportedObject,
    ExportedOidcProvider,
    ExportedPasswordPolicy,
    ExportedPolicy,
    ExportedPrincipal,
    ExportedRole,
    ExportedSamlProvider,
    ExportedUser,
    LeftOut,
    Part,
    Tags,
)

MOST_RESOURCES = 500  # of a template; "CloudFormation quotas"
MOST_BYTES = 1_000_000  # of a template in S3, less what stands around the resources
_DYNAMIC = re.compile(r"\{\{resolve:")
_PREFIX = {
    ExportedPolicy: "Policy",
    ExportedGroup: "Group",
    ExportedRole: "Role",
    ExportedUser: "User",
    ExportedInstanceProfile: "Profile",
    ExportedOidcProvider: "Oidc",
    ExportedSamlProvider: "Saml",
}
_NO_TYPE = "CloudFormation has no resource type for it."


@dataclass(frozen=True)
class TemplateResource:
    """`identifier`: the properties of its primary identifier, for the list of resources to import."""

    logical_id: str
    type: str
    properties: Mapping[str, Any]
    identifier: Mapping[str, str]

    @property
    def body(self) -> dict[str, Any]:
        keep = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
        return {"Type": self.type, **keep, "Properties": dict(self.properties)}

    @property
    def to_import(self) -> dict[str, Any]:
        return {
            "ResourceType": self.type,
            "LogicalResourceId": self.logical_id,
            "ResourceIdentifier": dict(self.identifier),
        }


@dataclass
class Template:
    """A template as it grows. What refers to a resource that stands in it already does so by `Ref`."""

    syntax: str  # "yaml" or "json"
    resources: list[str] = field(default_factory=list)
    imports: list[dict[str, Any]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    size: int = 0

    def holds(self, part: Sequence[TemplateResource]) -> bool:
        """Whether the resources of a part still fit in."""
        if not self.resources:
            return True
        more = sum(_length(self._written(each)) + _length(json.dumps(each.to_import)) * 2 for each in part)
        return len(self.resources) + len(part) <= MOST_RESOURCES and self.size + more <= MOST_BYTES

    def add(self, resource: TemplateResource) -> None:
        text = self._written(resource)
        self.resources.append(text)
        self.imports.append(resource.to_import)
        self.size += _length(text) + _length(json.dumps(resource.to_import)) * 2

    def _written(self, resource: TemplateResource) -> str:
        if self.syntax == "json":
            lines = json.dumps({resource.logical_id: resource.body}, indent=2, ensure_ascii=False).split("\n")[1:-1]
            return "\n".join(f"  {line}" for line in lines)
        return "\n".join(yaml_text.lines_of({resource.logical_id: resource.body}, 1))

    def text(self, description: str) -> str:
        head = {"AWSTemplateFormatVersion": "2010-09-09", "Description": description[:1024]}
        about: dict[str, Any] = {"ResourcesToImport": self.imports}
        if self.left_out:
            about["LeftOut"] = self.left_out
        if self.syntax == "json":
            start = json.dumps({**head, "Metadata": about}, indent=2, ensure_ascii=False).removesuffix("\n}")
            return start + ',\n  "Resources": {\n' + ",\n".join(self.resources) + "\n  }\n}\n"
        lines = [*yaml_text.lines_of({**head, "Metadata": about}), "Resources:", *self.resources]
        return "\n".join(lines) + "\n"


class CloudFormation:
    """Makes resources of parts; `known` are the logical ids that a `Ref` may name, by what they are referred to as."""

    def __init__(self, names: UniqueNames | None = None) -> None:
        """`names`: in the group "", by ARN, logical ids that resources have already."""
        self._names = names or UniqueNames(for_cloudformation)
        self.known: dict[str, str] = {}

    def resources(self, part: Part) -> list[TemplateResource] | LeftOut:
        """Raises nothing: what CloudFormation can't say is left out, with the reason."""
        if isinstance(part, LeftOut):
            return part
        if isinstance(part, ExportedAlias | ExportedPasswordPolicy):
            what = "The account alias" if isinstance(part, ExportedAlias) else "The password policy"
            return LeftOut(what, _NO_TYPE)
        found = [_OF_PART[type(part)](self, part)]
        if isinstance(part, ExportedPrincipal):
            found += self._inline(part)
        if _DYNAMIC.search(json.dumps([each.body for each in found], ensure_ascii=False)):
            return LeftOut(
                f"{_PREFIX[type(part)]} {part.name}", "CloudFormation would resolve a text in it: {{resolve:…"
            )
        return found

    def remark(self, part: Part) -> str:
        """What its resources can't say, though they are written; "" mostly."""
        if isinstance(part, ExportedPolicy | ExportedInstanceProfile) and part.tags:
            return f"Tags of {part.name}: CloudFormation has none for this type, and leaves them as they are."
        if getattr(part, "description", "") is None or getattr(part, "tags", {}) is None:
            return f"Description, tags or session length of {getattr(part, 'name', '')}: not read from AWS yet."
        return ""

    def note(self, part: Part, resources: Sequence[TemplateResource]) -> None:
        """They stand in the template now: what follows refers to them."""
        if isinstance(part, ExportedPolicy):
            self.known[part.arn] = resources[0].logical_id
        elif isinstance(part, ExportedGroup | ExportedRole | ExportedUser):
            self.known[f"{_PREFIX[type(part)]} {part.name}"] = resources[0].logical_id

    # ---- The objects themselves ------------------------------------------------------------------------------
    def _policy(self, part: ExportedPolicy) -> TemplateResource:
        values = {"ManagedPolicyName": part.name, "Path": part.path, "PolicyDocument": document(part.document)}
        return self._resource(part, "ManagedPolicy", {**values, **_described(part.description)}, PolicyArn=part.arn)

    def _group(self, part: ExportedGroup) -> TemplateResource:
        values = {"GroupName": part.name, "Path": part.path, **self._attached(part)}
        return self._resource(part, "Group", values, GroupName=part.name)

    def _role(self, part: ExportedRole) -> TemplateResource:
        values: dict[str, Any] = {"RoleName": part.name, "Path": part.path, **_described(part.description)}
        if part.longest_session_s is not None:
            values["MaxSessionDuration"] = part.longest_session_s
        values |= {**self._bounded(part.boundary), "AssumeRolePolicyDocument": document(part.trust)}
        return self._resource(part, "Role", {**values, **self._attached(part), **_tags(part.tags)}, RoleName=part.name)

    def _user(self, part: ExportedUser) -> TemplateResource:
        values: dict[str, Any] = {"UserName": part.name, "Path": part.path, **self._bounded(part.boundary)}
        if part.groups:
            values["Groups"] = [self._reference(f"Group {name}", name) for name in part.groups]
        return self._resource(part, "User", {**values, **self._attached(part), **_tags(part.tags)}, UserName=part.name)

    def _instance_profile(self, part: ExportedInstanceProfile) -> TemplateResource:
        roles = [self._reference(f"Role {part.role}", part.role)] if part.role else []
        values = {"InstanceProfileName": part.name, "Path": part.path, "Roles": roles}
        return self._resource(part, "InstanceProfile", values, InstanceProfileName=part.name)

    def _oidc(self, part: ExportedOidcProvider) -> TemplateResource:
        values: dict[str, Any] = {"Url": f"https://{part.name}", "ClientIdList": list(part.client_ids)}
        if part.thumbprints:
            values["ThumbprintList"] = list(part.thumbprints)
        return self._resource(part, "OIDCProvider", {**values, **_tags(part.tags)}, Arn=part.arn)

    def _saml(self, part: ExportedSamlProvider) -> TemplateResource:
        values = {"Name": part.name, "SamlMetadataDocument": part.metadata, **_tags(part.tags)}
        return self._resource(part, "SAMLProvider", values, Arn=part.arn)

    def _inline(self, part: ExportedPrincipal) -> Iterator[TemplateResource]:
        noun = _PREFIX[type(part)]
        for inline in part.inline:
            values = {
                f"{noun}Name": self._reference(f"{noun} {part.name}", self._own(part)),
                "PolicyName": inline.name,
                "PolicyDocument": document(inline.text),
            }
            key = f"{part.arn}\n{inline.name}"
            logical_id = self._names.of("", key, f"{noun} {part.name} inline {inline.name}")
            identifier = {"PolicyName": inline.name, f"{noun}Name": part.name}
            yield TemplateResource(logical_id, f"AWS::IAM::{noun}Policy", values, identifier)

    def _own(self, part: ExportedObject) -> Any:
        """A reference to the resource of the part itself, which stands before."""
        return {"Ref": self._logical_id(part)}

    def _logical_id(self, part: ExportedObject) -> str:
        return self._names.of("", part.arn, f"{_PREFIX[type(part)]} {part.name}")

    def _resource(
        self, part: ExportedObject, noun: str, values: Mapping[str, Any], **identifier: str
    ) -> TemplateResource:
        return TemplateResource(self._logical_id(part), f"AWS::IAM::{noun}", values, identifier)

    def _attached(self, part: ExportedPrincipal) -> dict[str, Any]:
        arns = [self._reference(arn, arn) for arn in part.attached]
        return {"ManagedPolicyArns": arns} if arns else {}

    def _bounded(self, boundary: str) -> dict[str, Any]:
        return {"PermissionsBoundary": self._reference(boundary, boundary)} if boundary else {}

    def _reference(self, key: str, otherwise: Any) -> Any:
        return {"Ref": self.known[key]} if key in self.known else otherwise


def document(text: str) -> Any:
    """What it says, or its text where an object would say something else, or CloudFormation take it for a function."""
    structure = structure_of(text)
    return text if structure is None or _has_function(structure) else structure


def _has_function(value: Any) -> bool:
    if isinstance(value, Mapping):
        named = any(name.startswith("Fn::") or (name == "Ref" and len(value) == 1) for name in value)
        return named or any(map(_has_function, value.values()))
    return any(map(_has_function, value)) if isinstance(value, list) else False


def _described(description: str | None) -> dict[str, str]:
    return {"Description": description} if description else {}


def _tags(tags: Tags | None) -> dict[str, Any]:
    listed = [{"Key": key, "Value": value} for key, value in sorted((tags or {}).items())]
    return {"Tags": listed} if listed else {}


def _length(text: str) -> int:
    return len(text.encode()) + 2


_OF_PART: Mapping[type[Any], Callable[[CloudFormation, Any], TemplateResource]] = {
    ExportedPolicy: CloudFormation._policy,
    ExportedGroup: CloudFormation._group,
    ExportedRole: CloudFormation._role,
    ExportedUser: CloudFormation._user,
    ExportedInstanceProfile: CloudFormation._instance_profile,
    ExportedOidcProvider: CloudFormation._oidc,
    ExportedSamlProvider: CloudFormation._saml,
}
