"""API Gateway: REST APIs with their policies, and nothing that one would call through them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from emulator import clock
from emulator.callers import caller_of
from emulator.held import Held
from emulator.ids import word
from emulator.resource_policies.documents import statements_of
from emulator.wire import AwsError, AwsRequest, Environ

_MOST = 500


@dataclass
class RestApi:
    """As AWS describes it, but for its policy, which stands apart."""

    id: str
    name: str
    made: float
    arn: str  # as policies name it
    policy: str = ""
    endpoints: dict[str, Any] = field(default_factory=lambda: {"types": ["EDGE"]})

    def described(self) -> dict[str, Any]:
        """AWS escapes the quotes of the policy once more."""
        found = {
            "id": self.id,
            "name": self.name,
            "createdDate": self.made,
            "endpointConfiguration": self.endpoints,
            "apiKeySource": "HEADER",
            "disableExecuteApiEndpoint": False,
        }
        return found | ({"policy": json.dumps(self.policy)[1:-1]} if self.policy else {})


backends: Held[list[RestApi]] = Held(lambda account_id, region: [])


def application(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
    """AwsError for what it refuses."""
    request = AwsRequest.read(environ)
    account_id = caller_of(request).account_id
    apis = backends[account_id][request.region]
    body = json.loads(request.body or b"{}")
    params = {**request.params, "place": f"{request.region}:{account_id}"}
    status, answer = _ANSWERS.get(request.action, _unknown)(apis, params, body)
    start_response(f"{status} OK", [("Content-Type", "application/json")])
    return [json.dumps(answer).encode()]


def _unknown(apis: list[RestApi], params: dict[str, Any], body: dict[str, Any]) -> tuple[int, Any]:
    raise NotImplementedError


def _listed(apis: list[RestApi], params: dict[str, Any], body: dict[str, Any]) -> tuple[int, Any]:
    begin, size = int(params.get("position") or 0), min(int(params.get("limit") or 25), _MOST)
    more = {"position": str(begin + size)} if len(apis) > begin + size else {}
    return 200, {"item": [api.described() for api in apis[begin : begin + size]], **more}


def _told(apis: list[RestApi], params: dict[str, Any], body: dict[str, Any]) -> tuple[int, Any]:
    return 200, _api(apis, params).described()


def _made(apis: list[RestApi], params: dict[str, Any], body: dict[str, Any]) -> tuple[int, Any]:
    made = clock.utcnow().timestamp()
    api_id = word(10, "rest-api", body["name"], str(len(apis)))
    api = RestApi(api_id, body["name"], made, f"arn:aws:execute-api:{params['place']}:{api_id}")
    api.endpoints = body.get("endpointConfiguration") or api.endpoints
    api.policy = _checked(body.get("policy") or "", api)
    apis.append(api)
    return 201, api.described()


def _changed(apis: list[RestApi], params: dict[str, Any], body: dict[str, Any]) -> tuple[int, Any]:
    api = _api(apis, params)
    for operation in body.get("patchOperations") or ():
        if (operation["op"], operation["path"]) != ("replace", "/policy"):
            raise AwsError("BadRequestException", f"Invalid patch path {operation['path']}")
        api.policy = _checked(operation.get("value") or "", api)
    return 200, api.described()


def _deleted(apis: list[RestApi], params: dict[str, Any], body: dict[str, Any]) -> tuple[int, Any]:
    apis.remove(_api(apis, params))
    return 202, {}


_ANSWERS: dict[str, Callable[[list[RestApi], dict[str, Any], dict[str, Any]], tuple[int, Any]]] = {
    "GetRestApis": _listed,
    "GetRestApi": _told,
    "CreateRestApi": _made,
    "UpdateRestApi": _changed,
    "DeleteRestApi": _deleted,
}


def _api(apis: list[RestApi], params: dict[str, Any]) -> RestApi:
    found = next((api for api in apis if api.id == params["restapi_id"]), None)
    if found is None:
        raise AwsError("NotFoundException", "Invalid API identifier specified", 404)
    return found


def _checked(policy: str, api: RestApi) -> str:
    """API Gateway Developer Guide, "API Gateway resource policy examples": the short form of a resource is converted to
    the full ARN when the policy is saved."""
    try:
        statements_of(policy or '{"Statement": []}')
    except ValueError:
        raise AwsError("BadRequestException", "Invalid policy document. Please check the policy syntax.") from None
    return policy.replace('"execute-api:/', f'"{api.arn}/')
