"""CloudFormation's calls, as its API Reference has them ("Import AWS resources into a CloudFormation stack").

What its stacks own they took over by a change set of the type IMPORT: templates are looked into for nothing else than
the types and deletion policies of what is imported.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any
from uuid import uuid4

from moto.core.serialize import QuerySerializer, SerializationContext
from moto.core.utils import get_service_model

from emulator import clock
from emulator.callers import Caller, caller_of
from emulator.cloudformation.backend import EmulatedStack, ImportSet, StackResource, Stacks, backends
from emulator.constraints import message, violations
from emulator.ids import uuid
from emulator.paging import cut
from emulator.trail.nested import nested
from emulator.wire import AwsError, AwsRequest, Environ

SERVICE = "cloudformation"
_PAGE = 100
_FIRST_100 = 100  # DescribeStackResources says no more
_OF_IAM = {
    "AWS::IAM::Role": "roles",
    "AWS::IAM::User": "users",
    "AWS::IAM::Group": "groups",
    "AWS::IAM::ManagedPolicy": "managed_policies",
    "AWS::IAM::InstanceProfile": "instance_profiles",
}


def application(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
    """AwsError for what it refuses."""
    request = AwsRequest.read(environ)
    if request.action not in _ANSWERS:
        raise NotImplementedError
    operation = get_service_model(SERVICE).operation_model(request.action)
    asked = nested(request.params)
    if broken := violations(operation.input_shape, asked):
        raise _refusal(message(broken))
    answer = _ANSWERS[request.action](_Call(caller_of(request), request.region, asked))
    context = SerializationContext(str(uuid4()))
    told = QuerySerializer(operation, context).serialize(answer)
    start_response("200 OK", [("Content-Type", "text/xml")])
    return [str(told["body"]).encode()]


def _refusal(text: str) -> AwsError:
    return AwsError("ValidationError", text)


class _Call:
    def __init__(self, caller: Caller, region: str, asked: dict[str, Any]) -> None:
        self.caller, self.region, self.asked = caller, region, asked

    @property
    def held(self) -> Stacks:
        return backends[self.caller.account_id][self.region]

    def stack(self) -> EmulatedStack:
        """The one that is named."""
        name = str(self.asked["StackName"])
        found = self.held.named(name)
        if found is None:
            raise _refusal(f"Stack with id {name} does not exist")
        return found

    def page(self, member: str, items: list[dict[str, Any]]) -> dict[str, Any]:
        numbers = [f"{number:08}" for number in range(len(items))]
        about = (member, self.asked.get("StackName", ""), json.dumps(self.asked.get("StackStatusFilter", ())))
        try:
            shown, following = cut(numbers, size=_PAGE, token=self.asked.get("NextToken"), of=about)
        except AwsError as problem:
            raise _refusal(problem.message) from None
        return {member: [items[int(number)] for number in shown], "NextToken": following}


# ---- Reads -------------------------------------------------------------------------------------------------------
def _list_stacks(call: _Call) -> dict[str, Any]:
    wanted = call.asked.get("StackStatusFilter") or ()
    found = [stack for stack in call.held.stacks if not wanted or stack.status in wanted]
    described = [stack.described() | {"TemplateDescription": stack.description} for stack in found]
    return call.page("StackSummaries", described)


def _describe_stacks(call: _Call) -> dict[str, Any]:
    if call.asked.get("StackName"):
        stacks = [call.stack()]
    else:
        stacks = [stack for stack in call.held.stacks if stack.deleted is None]
    return call.page("Stacks", [stack.described() | {"Description": stack.description} for stack in stacks])


def _list_stack_resources(call: _Call) -> dict[str, Any]:
    listed = [each.described() | {"LastUpdatedTimestamp": each.changed} for each in call.stack().resources.values()]
    return call.page("StackResourceSummaries", listed)


def _describe_stack_resources(call: _Call) -> dict[str, Any]:
    """Of a stack, or of that which owns something."""
    physical_id = call.asked.get("PhysicalResourceId")
    if bool(call.asked.get("StackName")) == bool(physical_id):
        raise _refusal("Exactly one of StackName and PhysicalResourceId is required")
    stack = _owning(call.held, physical_id) if physical_id else call.stack()
    about = {"StackId": stack.stack_id, "StackName": stack.name}
    resources = list(stack.resources.values())[:_FIRST_100]
    return {"StackResources": [each.described() | about | {"Timestamp": each.changed} for each in resources]}


def _owning(held: Stacks, physical_id: str) -> EmulatedStack:
    for stack in held.stacks:
        if stack.deleted is None and any(each.physical_id == physical_id for each in stack.resources.values()):
            return stack
    raise _refusal(f"Stack for {physical_id} does not exist")


def _describe_change_set(call: _Call) -> dict[str, Any]:
    found = _change_set(call)
    changes = [
        {
            "Type": "Resource",
            "ResourceChange": {
                "Action": "Import",
                "LogicalResourceId": each.logical_id,
                "PhysicalResourceId": each.physical_id,
                "ResourceType": each.type,
            },
        }
        for each in found.resources
    ]
    return {
        "ChangeSetName": found.name,
        "ChangeSetId": found.set_id,
        "StackId": found.stack_id,
        "CreationTime": found.made,
        "Status": "CREATE_COMPLETE",
        "ExecutionStatus": "AVAILABLE",
        "Changes": changes,
    }


# ---- Writes ------------------------------------------------------------------------------------------------------
def _create_change_set(call: _Call) -> dict[str, Any]:
    if call.asked.get("ChangeSetType") != "IMPORT":
        raise _refusal("The emulator knows change sets of the type IMPORT only.")
    template = _template(call.asked.get("TemplateBody") or "")
    imported = tuple(_imported(call, template, each) for each in call.asked.get("ResourcesToImport") or ())
    if not imported:
        raise _refusal("ResourcesToImport must be specified for ChangeSetType IMPORT")
    if any(each.type in _OF_IAM for each in imported) and not call.asked.get("Capabilities"):
        raise AwsError("InsufficientCapabilitiesException", "Requires capabilities : [CAPABILITY_NAMED_IAM]")
    name, set_name, now = str(call.asked["StackName"]), str(call.asked["ChangeSetName"]), clock.utcnow()
    stack = call.held.named(name)
    if stack is None:
        place = f"arn:{call.caller.partition}:cloudformation:{call.region}:{call.caller.account_id}"
        stack_id = f"{place}:stack/{name}/{uuid(place, name, now)}"
        stack = EmulatedStack(stack_id, name, "REVIEW_IN_PROGRESS", now)
        call.held.stacks.append(stack)
    set_id = stack.stack_id.replace(f":stack/{name}/", f":changeSet/{set_name}/")
    made = ImportSet(set_name, set_id, stack.stack_id, now, str(template.get("Description") or ""), imported)
    call.held.sets[stack.stack_id, set_name] = made
    return {"Id": set_id, "StackId": stack.stack_id}


def _template(body: str) -> dict[str, Any]:
    """JSON only."""
    try:
        found = json.loads(body)
        found["Resources"].items()
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _refusal("Template format error: unsupported structure.") from None
    return dict(found)


def _imported(call: _Call, template: dict[str, Any], wanted: dict[str, Any]) -> StackResource:
    logical_id, type_ = str(wanted["LogicalResourceId"]), str(wanted["ResourceType"])
    written = template["Resources"].get(logical_id) or {}
    if written.get("Type") != type_:
        raise _refusal(f"Resources [{logical_id}] is missing from the template.")
    if not written.get("DeletionPolicy"):
        raise _refusal(f"Resources to import must have DeletionPolicy attribute: [{logical_id}]")
    [physical_id] = [str(entry["value"]) for entry in wanted["ResourceIdentifier"]]
    if type_ in _OF_IAM and not _is_there(call.caller, _OF_IAM[type_], physical_id):
        raise _refusal(f"Resource {physical_id} of the type {type_} was not found.")
    if owner := call.held.owner_of(type_, physical_id):
        raise _refusal(f"{physical_id} is already managed by stack {owner.stack_id}")
    return StackResource(logical_id, type_, physical_id, "IMPORT_COMPLETE", clock.utcnow())


def _is_there(caller: Caller, kept_in: str, named: str) -> bool:
    held = getattr(caller.backend, kept_in)
    return named in held or any(getattr(each, "name", "") == named for each in held.values())


def _change_set(call: _Call) -> ImportSet:
    stack, name = call.stack(), str(call.asked["ChangeSetName"])
    found = call.held.sets.get((stack.stack_id, name))
    if found is None:
        raise AwsError("ChangeSetNotFound", f"ChangeSet [{name}] does not exist", 404)
    return found


def _execute_change_set(call: _Call) -> dict[str, Any]:
    found, stack, now = _change_set(call), call.stack(), clock.utcnow()
    stack.resources |= {each.logical_id: each for each in found.resources}
    stack.status, stack.changed = "IMPORT_COMPLETE", now
    stack.description = found.description or stack.description
    del call.held.sets[stack.stack_id, found.name]
    return {}


def _delete_stack(call: _Call) -> dict[str, Any]:
    """What it imported stays, by its deletion policy. Of a stack that isn't there AWS says nothing."""
    stack = call.held.named(str(call.asked["StackName"]))
    if stack is not None and stack.deleted is None:
        stack.status, stack.deleted, stack.resources = "DELETE_COMPLETE", clock.utcnow(), {}
    return {}


_ANSWERS: dict[str, Callable[[_Call], dict[str, Any]]] = {
    "CreateChangeSet": _create_change_set,
    "DeleteStack": _delete_stack,
    "DescribeChangeSet": _describe_change_set,
    "DescribeStackResources": _describe_stack_resources,
    "DescribeStacks": _describe_stacks,
    "ExecuteChangeSet": _execute_change_set,
    "ListStackResources": _list_stack_resources,
    "ListStacks": _list_stacks,
}
