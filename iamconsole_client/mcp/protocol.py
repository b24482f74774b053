"""The Model Context Protocol, as far as a server with tools alone needs it: JSON-RPC 2.0, one message at a time.

Model Context Protocol, revision 2025-06-18: "Lifecycle", "Tools", "Ping".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from iamconsole_client.errors import ClientError
from iamconsole_client.mcp.envelope import NOTE, answered, refused
from iamconsole_client.mcp.tools import Tool, permitted, request_of
from iamconsole_client.requests import Send

VERSIONS = ("2025-11-25", "2025-06-18", "2024-11-05")  # the newest first
NOT_JSON, NO_REQUEST, NO_METHOD, WRONG_PARAMS = -32700, -32600, -32601, -32602
INSTRUCTIONS = (
    "Reads users, roles and policies of AWS accounts as an IAM Console has them, and proposes changes there. Proposed "
    "changes are decided on by people in the console: this server can neither approve nor apply. " + NOTE
)


class RpcError(Exception):
    def __init__(self, code: int, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class Server:
    def __init__(self, send: Send, tools: Mapping[str, Tool]) -> None:
        self._tools = tools
        self._send = permitted(send, tools)
        self._methods: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "initialize": self._initialize,
            "ping": lambda params: {},
            "tools/list": self._list,
            "tools/call": self._call,
        }

    def answer(self, line: str) -> str | None:
        """To a message, as one line; None for one that wants no answer."""
        key: Any = None
        try:
            message = _parsed(line)
            key = message.get("id")
            if "method" not in message or "id" not in message:  # an answer, or a notification
                return None
            result = self._done(message)
        except RpcError as error:
            return _line({"jsonrpc": "2.0", "id": key, "error": {"code": error.code, "message": str(error)}})
        return _line({"jsonrpc": "2.0", "id": key, "result": result})

    def _done(self, message: Mapping[str, Any]) -> dict[str, Any]:
        method, params = message["method"], message.get("params", {})
        if not isinstance(method, str) or method not in self._methods:
            raise RpcError(NO_METHOD, "This server has no such method: it has tools only.")
        if not isinstance(params, dict):
            raise RpcError(WRONG_PARAMS, "params is an object.")
        return self._methods[method](params)

    def _initialize(self, params: Mapping[str, Any]) -> dict[str, Any]:
        wanted = params.get("protocolVersion")
        return {
            "protocolVersion": wanted if wanted in VERSIONS else VERSIONS[0],
            "capabilities": {"tools": {"listChanged": False}},
            "serverInfo": {"name": "iamconsole", "title": "IAM Console", "version": "0.1.0"},
            "instructions": INSTRUCTIONS,
        }

    def _list(self, params: Mapping[str, Any]) -> dict[str, Any]:
        return {"tools": [each.described() for each in self._tools.values()]}

    def _call(self, params: Mapping[str, Any]) -> dict[str, Any]:
        name, arguments = params.get("name"), params.get("arguments") or {}
        tool = self._tools.get(name) if isinstance(name, str) else None
        if tool is None:
            raise RpcError(WRONG_PARAMS, "This server has no such tool: see tools/list.")
        if not isinstance(arguments, dict):
            raise RpcError(WRONG_PARAMS, "arguments is an object.")
        try:
            return answered(tool.name, self._send(request_of(tool, arguments)))
        except ClientError as error:
            return refused(tool.name, str(error))


def _parsed(line: str) -> Mapping[str, Any]:
    """Raises RpcError."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        raise RpcError(NOT_JSON, "The message isn’t JSON.") from None
    if not isinstance(found, dict) or found.get("jsonrpc") != "2.0":
        raise RpcError(NO_REQUEST, "The message is no request of JSON-RPC 2.0.")
    return found


def _line(message: Mapping[str, Any]) -> str:
    return json.dumps(message, separators=(",", ":"))  # in ASCII, and so on one line
