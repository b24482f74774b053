"""Lambda: the list of a function's URLs, and policies of a function, of its aliases and versions apart.

Statements stand in them as AddPermission puts them together, and a revision that isn't the newest is refused.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

import moto.awslambda.urls
from moto.awslambda.exceptions import GenericResourcNotFound, LambdaClientError
from moto.awslambda.policy import Policy
from moto.awslambda.responses import LambdaResponse
from moto.moto_api._internal import mock_random

from emulator.resource_policies.documents import strangers

_URLS = r"{0}/(?P<api_version>[^/]+)/functions/(?P<function_name>[\w_:%-]+)/urls/?$"


def teach() -> None:
    moto.awslambda.urls.url_paths[_URLS] = LambdaResponse.dispatch
    LambdaResponse.list_function_url_configs = _list_function_url_configs
    LambdaResponse.get_policy = _get_policy
    LambdaResponse.add_permission = _add_permission
    LambdaResponse.remove_permission = _remove_permission
    Policy.principal_formatter = lambda policy, name: _written(name)  # of layers, whose policies moto puts together


def _list_function_url_configs(self: Any) -> str:
    """There is one at most here: moto knows none of an alias."""
    function = self.backend.get_function(unquote(self.path.rstrip("/").split("/")[-2]))
    found = [function.url_config.to_dict()] if function.url_config else []
    return json.dumps({"FunctionUrlConfigs": found})


def _get_policy(self: Any) -> str:
    """ "GetPolicy" in the Lambda API Reference: of the version or alias that is named, else of the function itself."""
    qualifier = self.querystring.get("Qualifier", [None])[0]
    name = unquote(self.path.split("/")[-2])
    whole = json.loads(self.backend.get_policy(name, qualifier))
    document = json.loads(whole["Policy"])
    function = self.backend.get_function(name)
    about = function.function_arn + (f":{qualifier}" if qualifier else "")
    document["Statement"] = [each for each in document["Statement"] if each.get("Resource") == about]
    if not document["Statement"]:
        raise GenericResourcNotFound
    return json.dumps(whole | {"Policy": json.dumps(document)})


# ---- "AddPermission" and "RemovePermission" in the Lambda API Reference --------------------------------------
_CONDITIONS = {
    "SourceArn": ("ArnLike", "AWS:SourceArn"),
    "SourceAccount": ("StringEquals", "AWS:SourceAccount"),
    "PrincipalOrgID": ("StringEquals", "aws:PrincipalOrgID"),
    "EventSourceToken": ("StringEquals", "lambda:EventSourceToken"),
    "FunctionUrlAuthType": ("StringEquals", "lambda:FunctionUrlAuthType"),
    "InvokedViaFunctionUrl": ("Bool", "lambda:InvokedViaFunctionUrl"),
}
_LONGEST = 20 * 1024


class _Refused(LambdaClientError):  # type: ignore[misc]
    def __init__(self, code: str, status: int, message: str) -> None:
        super().__init__(code, message)
        self.code = status


def _add_permission(self: Any) -> str:
    function, on = _function_and_arn(self, -2)
    asked, policy = json.loads(self.body), function.policy
    _check_revision(policy, asked.get("RevisionId"))
    statement = _statement(asked, on, self.current_account)
    if any(each.get("Sid") == statement["Sid"] and each.get("Resource") == on for each in policy.statements):
        message = f"The statement id ({statement['Sid']}) provided already exists. Please provide a new statement id."
        raise _Refused("ResourceConflictException", 409, message)
    if len(json.dumps([*policy.statements, statement])) > _LONGEST:
        raise _Refused("PolicyLengthExceededException", 400, "The final policy size is bigger than the limit (20480).")
    policy.statements.append(statement)
    policy.revision = str(mock_random.uuid4())
    return json.dumps({"Statement": json.dumps(statement)})


def _remove_permission(self: Any) -> tuple[int, dict[str, int], str]:
    function, on = _function_and_arn(self, -3)
    policy, sid = function.policy, unquote(self.path.split("/")[-1])
    _check_revision(policy, self.querystring.get("RevisionId", [None])[0])
    left = [each for each in policy.statements if (each.get("Sid"), each.get("Resource")) != (sid, on)]
    if len(left) == len(policy.statements):
        raise _Refused("ResourceNotFoundException", 404, f"Statement {sid} is not found in resource policy.")
    policy.statements[:] = left
    policy.revision = str(mock_random.uuid4())
    return 204, {"status": 204}, "{}"


def _function_and_arn(self: Any, place: int) -> tuple[Any, str]:
    """The function, and on what the policy stands that is meant."""
    function = self.backend.get_function(unquote(self.path.split("/")[place]))
    qualifier = self.querystring.get("Qualifier", [None])[0]
    return function, function.function_arn + (f":{qualifier}" if qualifier else "")


def _check_revision(policy: Any, revision: str | None) -> None:
    if revision and revision != policy.revision:
        message = (
            "The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve it."
        )
        raise _Refused("PreconditionFailedException", 412, message)


def _statement(asked: dict[str, Any], on: str, account_id: str) -> dict[str, Any]:
    condition: dict[str, dict[str, Any]] = {}
    for name, (operator, key) in _CONDITIONS.items():
        if name in asked:
            condition.setdefault(operator, {})[key] = asked[name]
    said = {
        "Sid": asked["StatementId"],
        "Effect": "Allow",
        "Principal": _principal(asked["Principal"], account_id),
        "Action": asked["Action"],
        "Resource": on,
    }
    return {**said, "Condition": condition} if condition else said


def _principal(name: str, account_id: str) -> Any:
    if name.startswith("arn:") and any(
        strangers(json.dumps({"Statement": {"Effect": "Allow", "Principal": {"AWS": name}}}), account_id)
    ):
        message = "The provided principal was invalid. Please check the principal and try again."
        raise _Refused("InvalidParameterValueException", 400, message)
    return _written(name)


def _written(name: str) -> Any:
    """An AWS account stands in the policy by its root ARN."""
    if name == "*":
        return name
    if name.isdecimal():
        return {"AWS": f"arn:aws:iam::{name}:root"}
    return {"AWS" if name.startswith("arn:") else "Service": name}
