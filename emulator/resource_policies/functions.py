"""Lambda: the list of a function's URLs, and policies of a function, of its aliases and versions apart."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

import moto.awslambda.urls
from moto.awslambda.exceptions import GenericResourcNotFound
from moto.awslambda.policy import Policy
from moto.awslambda.responses import LambdaResponse

_URLS = r"{0}/(?P<api_version>[^/]+)/functions/(?P<function_name>[\w_:%-]+)/urls/?$"


def teach() -> None:
    moto.awslambda.urls.url_paths[_URLS] = LambdaResponse.dispatch
    LambdaResponse.list_function_url_configs = _list_function_url_configs
    LambdaResponse.get_policy = _get_policy
    formatted = Policy.principal_formatter

    def principal_formatter(self: Any, obj: Any) -> Any:
        """ "AddPermission" in the Lambda API Reference: an AWS account stands in the policy by its root ARN."""
        if isinstance(obj, str) and obj.isdecimal():
            return {"AWS": f"arn:aws:iam::{obj}:root"}
        return formatted(self, obj)

    Policy.principal_formatter = principal_formatter


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
