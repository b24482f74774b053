"""What a change would be as code: the parts that it is about before and after its steps, and the blocks that differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from infrastructure.code import yaml_text
from infrastructure.code.cloudformation import CloudFormation
from infrastructure.code.hcl import comment
from infrastructure.code.names import UniqueNames, for_cloudformation
from infrastructure.code.parts import (
    ExportedObject,
    ExportedPolicy,
    ExportedPrincipal,
    ExportedRole,
    ExportedUser,
    LeftOut,
    NamedDocument,
)
from infrastructure.code.terraform import Terraform

Params = Mapping[str, Any]


@dataclass(frozen=True)
class PatchStep:
    """A step about the part: its kind without the service, such as "role.attach", and its parameters."""

    kind: str
    params: Params


@dataclass(frozen=True)
class PatchedPart:
    """`after`: None where it is deleted. `unsaid`: kinds of steps that this page can't say as code."""

    before: ExportedObject
    after: ExportedObject | None
    unsaid: tuple[str, ...] = ()

    @property
    def is_none(self) -> bool:
        """Whether code says the same after as before, such as of a group that a user joins."""
        return self.before == self.after and not self.unsaid


def patched(part: ExportedObject, steps: Sequence[PatchStep]) -> PatchedPart:
    """The part as the steps leave it."""
    after: ExportedObject | None = part
    unsaid = []
    for step in steps:
        verb = step.kind.partition(".")[2]
        if verb == "delete":
            after = None
        elif after is not None and (apply := _STEPS.get(verb) or _STEPS.get(step.kind)):
            after = apply(after, step.params)
        else:
            unsaid.append(step.kind)
    return PatchedPart(part, after, tuple(unsaid))


def terraform_patch(found: PatchedPart, writer: Terraform) -> str:
    """Blocks to put in, or to put in the place of those of the same resource; comments for what to take out."""
    before, after = ({each.address: each for each in _resources(part, writer)} for part in (found.before, found.after))
    lines = [comment(f"Take out: {address}") for address in before if address not in after]
    for address, resource in after.items():
        if address not in before:
            lines.append(comment("New:") + resource.body() + "\n")
        elif before[address].body() != resource.body():
            lines.append(comment("Instead of what is there:") + resource.body() + "\n")
    return "".join(lines).rstrip("\n")


def cloudformation_patch(found: PatchedPart, logical_id: str = "") -> str:
    """The same as resources of a template, in YAML. `logical_id`: of the part itself, where it has one already."""
    names = UniqueNames(for_cloudformation)
    if logical_id:
        names.give("", found.before.arn, logical_id)
    writer = CloudFormation(names)
    before, after = (
        {each.logical_id: each for each in _templated(part, writer)} for part in (found.before, found.after)
    )
    lines = [comment(f"Take out: {name}") for name in before if name not in after]
    for name, resource in after.items():
        if name in before and before[name].properties == resource.properties:
            continue
        lines.append(comment("Instead of what is there:" if name in before else "New:"))
        body = {"Type": resource.type, "Properties": dict(resource.properties)}
        lines += [f"{line}\n" for line in yaml_text.lines_of({name: body})]
    return "".join(lines).rstrip("\n")


def _resources(part: ExportedObject | None, writer: Terraform) -> Iterator[Any]:
    if part is not None:
        yield from writer.resources(part)  # type: ignore[arg-type]


def _templated(part: ExportedObject | None, writer: CloudFormation) -> Sequence[Any]:
    if part is None:
        return ()
    found = writer.resources(part)  # type: ignore[arg-type]
    return () if isinstance(found, LeftOut) else found


# ---- What each kind of step does to a part --------------------------------------------------------------------
def _attach(part: Any, params: Params) -> ExportedPrincipal:
    return _with_attached(part, {*part.attached, params["policy_arn"]})


def _detach(part: Any, params: Params) -> ExportedPrincipal:
    return _with_attached(part, {*part.attached} - {params["policy_arn"]})


def _with_attached(part: ExportedPrincipal, arns: set[str]) -> ExportedPrincipal:
    return replace(part, attached=tuple(sorted(arns)))


def _put_inline(part: Any, params: Params) -> ExportedPrincipal:
    others = [each for each in part.inline if each.name != params["policy"]]
    return _with_inline(part, [*others, NamedDocument(params["policy"], params["document"])])


def _delete_inline(part: Any, params: Params) -> ExportedPrincipal:
    return _with_inline(part, [each for each in part.inline if each.name != params["policy"]])


def _with_inline(part: ExportedPrincipal, inline: Sequence[NamedDocument]) -> ExportedPrincipal:
    return replace(part, inline=tuple(sorted(inline, key=lambda each: each.name)))


def _trust(part: Any, params: Params) -> ExportedRole:
    return _role(part, trust=params["document"])


def _role(part: ExportedRole, **values: Any) -> ExportedRole:
    return replace(part, **values)


def _update_role(part: Any, params: Params) -> ExportedRole:
    return _role(part, description=params["description"], longest_session_s=params["max_session_s"])


def _bound(part: Any, params: Params) -> Any:
    return replace(part, boundary=params.get("policy_arn", ""))


def _tag(part: Any, params: Params) -> Any:
    return replace(part, tags={**(part.tags or {}), params["key"]: params["value"]})


def _untag(part: Any, params: Params) -> Any:
    return replace(part, tags={key: value for key, value in (part.tags or {}).items() if key != params["key"]})


def _update_policy(part: Any, params: Params) -> ExportedPolicy:
    found: ExportedPolicy = replace(part, document=params["document"]) if params.get("make_default", True) else part
    return found


def _joined(part: Any, params: Params) -> Any:
    return _with_group(part, params, is_in=True)


def _left(part: Any, params: Params) -> Any:
    return _with_group(part, params, is_in=False)


def _with_group(part: Any, params: Params, *, is_in: bool) -> Any:
    """Memberships stand with the user."""
    if not isinstance(part, ExportedUser):
        return part
    name = params["group_arn"].rpartition("/")[2]
    others = {each for each in part.groups if each != name}
    return replace(part, groups=tuple(sorted(others | {name} if is_in else others)))


_STEPS: Mapping[str, Callable[[Any, Params], Any]] = {
    "attach": _attach,
    "detach": _detach,
    "inline.put": _put_inline,
    "inline.delete": _delete_inline,
    "trust.update": _trust,
    "boundary.put": _bound,
    "boundary.delete": _bound,
    "tag": _tag,
    "untag": _untag,
    "role.update": _update_role,
    "policy.update": _update_policy,
    "group.add_user": _joined,
    "group.remove_user": _left,
}
