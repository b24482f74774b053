"""The account access manager: an application in an instance of Identity Center, whose entitlements give people roles.

moto has none of it. AWS documents its calls by its model, and the errors by their names.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC
from typing import Any

from moto.core.utils import get_service_model

from emulator import clock
from emulator.callers import Caller, caller_of
from emulator.constraints import message, violations
from emulator.identity_center.backend import Instance, administers, conflict, instances_seen_by, invalid, not_found
from emulator.identity_center.things import Entitlement
from emulator.organizations.members import organization_over
from emulator.paging import cut
from emulator.wire import AwsError, AwsRequest, Environ

SERVICE = "account-access"
_MOST = 100
_GROUPS_OF_ROLE = 20  # AWS's quota
Answer = dict[str, Any]


def application(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
    """AwsError for what it refuses."""
    request = AwsRequest.read(environ)
    asked = {**json.loads(request.body or b"{}"), **request.params}
    asked.pop("Resource", None)
    if request.action not in _ANSWERS:
        raise NotImplementedError
    if broken := violations(get_service_model(SERVICE).operation_model(request.action).input_shape, asked):
        raise invalid(message(broken))
    answer = _ANSWERS[request.action](_Call(request.region, caller_of(request), asked))
    body = json.dumps({name: value for name, value in answer.items() if value is not None}).encode()
    start_response("200 OK", [("Content-Type", "application/json")])
    return [body]


class _Call:
    def __init__(self, region: str, caller: Caller, asked: Answer) -> None:
        self.region, self.caller, self.asked = region, caller, asked

    def instances(self) -> list[Instance]:
        """Those here that the caller administers."""
        seen = instances_seen_by(self.caller.account_id, self.caller.partition)
        return [one for one in seen if one.region == self.region and administers(self.caller.account_id, one)]

    def instance(self) -> Instance:
        """Of the application that is named."""
        wanted = self.asked["applicationArn"]
        found = next((one for one in self.instances() if one.application_arn == wanted), None)
        if found is None:
            raise not_found(f"Application not found: {wanted}")
        return found

    def page(self, name: str, items: dict[str, Any]) -> Answer:
        keys = sorted(items)
        about = {key: value for key, value in self.asked.items() if key not in ("maxResults", "nextToken")}
        try:
            shown, following = cut(
                keys,
                size=self.asked.get("maxResults") or _MOST,
                token=self.asked.get("nextToken"),
                of=(name, json.dumps(about, sort_keys=True)),
            )
        except AwsError as problem:
            raise invalid(problem.message) from None
        return {name: [items[key] for key in shown], "nextToken": following}


def _make_application(call: _Call) -> Answer:
    wanted = call.asked["identitySource"]["identityCenter"]["instanceArn"]
    instance = next((one for one in call.instances() if one.arn == wanted), None)
    if instance is None:
        raise invalid(f"Instance not found: {wanted}")
    if instance.application_arn:
        raise AwsError("AlreadyCreatedException", "An application of this instance exists already.")
    name = instance.new_id("application")
    place = f"{instance.partition}:{SERVICE}:{instance.region}:{instance.owner_id}"
    instance.application_arn, instance.application_made = f"arn:{place}:application/{name}", clock.utcnow()
    return {"applicationArn": instance.application_arn}


def _list_applications(call: _Call) -> Answer:
    found = {}
    for one in call.instances():
        if one.application_made:
            made = one.application_made.replace(tzinfo=UTC).isoformat()
            found[one.application_arn] = {"applicationArn": one.application_arn, "createdAt": made, "updatedAt": made}
    return call.page("applications", found)


def _make_entitlement(call: _Call) -> Answer:
    """Idempotent."""
    instance, asked = call.instance(), call.asked["entitlement"]["principalRole"]
    [(kind, principal_id)] = asked["principal"]["identityCenter"].items()
    if principal_id not in (instance.people if kind == "userId" else instance.groups):
        raise not_found(f"Principal not found: {principal_id}")
    role_arn = asked["roleArn"]
    if role_arn.split(":")[4] not in instance.member_ids():
        raise invalid(f"{role_arn} is not in an account of the organization.")
    for known in instance.entitlements.values():
        if (known.kind, known.principal_id, known.role_arn) == (kind, principal_id, role_arn):
            return {"entitlementId": known.entitlement_id}
    of_groups = [each for each in instance.entitlements.values() if (each.kind, each.role_arn) == ("groupId", role_arn)]
    if kind == "groupId" and len(of_groups) >= _GROUPS_OF_ROLE:
        raise AwsError("ServiceQuotaExceededException", "A role takes 20 groups.")
    made = instance.new_id("entitlement", role_arn)
    instance.entitlements[made] = Entitlement(made, kind, principal_id, role_arn, clock.utcnow())
    return {"entitlementId": made}


def _list_entitlements(call: _Call) -> Answer:
    instance, wanted = call.instance(), call.asked["filter"].get("principalRole")
    if not wanted:
        raise invalid("A filter is required.")
    found = {
        each.entitlement_id: each.described(_account_name(instance, each))
        for each in instance.entitlements.values()
        if _fits(each, wanted)
    }
    return call.page("entitlements", found)


def _fits(each: Entitlement, wanted: Answer) -> bool:
    """All that is asked for."""
    principal = wanted.get("principal", {}).get("identityCenter")
    has = {"account": each.account_id, "roleArn": each.role_arn}
    is_theirs = principal is None or principal == {each.kind: each.principal_id}
    return bool(is_theirs and all(has[name] == wanted[name] for name in has.keys() & wanted.keys()))


def _account_name(instance: Instance, each: Entitlement) -> str | None:
    organization = organization_over(instance.owner_id, instance.partition)
    accounts = organization.accounts if organization else ()
    return next((str(one.name) for one in accounts if one.id == each.account_id), None)


def _told(call: _Call) -> Answer:
    instance = call.instance()
    each = _entitlement(instance, call.asked["entitlementId"])
    return {"applicationArn": instance.application_arn, **each.described(_account_name(instance, each))}


def _delete_entitlement(call: _Call) -> Answer:
    instance = call.instance()
    del instance.entitlements[_entitlement(instance, call.asked["entitlementId"]).entitlement_id]
    return {}


def _delete_application(call: _Call) -> Answer:
    instance = call.instance()
    if instance.entitlements:
        raise conflict("The application still has entitlements.")
    instance.application_arn, instance.application_made = "", None
    return {}


def _entitlement(instance: Instance, entitlement_id: str) -> Entitlement:
    if entitlement_id not in instance.entitlements:
        raise not_found(f"Entitlement not found: {entitlement_id}")
    return instance.entitlements[entitlement_id]


_ANSWERS: dict[str, Callable[[_Call], Answer]] = {
    "CreateApplication": _make_application,
    "CreateEntitlement": _make_entitlement,
    "DeleteApplication": _delete_application,
    "DeleteEntitlement": _delete_entitlement,
    "GetEntitlement": _told,
    "ListApplications": _list_applications,
    "ListEntitlements": _list_entitlements,
}
