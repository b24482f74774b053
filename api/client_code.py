"""The Python client, as text: TypedDicts of the OpenAPI document's schemas, and a method for each of its operations."""

from __future__ import annotations

import json
import keyword
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from characters import UNSEEN

Document = Mapping[str, Any]

_HEAD = '"""{}\n\nWritten by `make client` from the OpenAPI document of the API; a test fails when it is stale.\n"""\n'
_SIMPLE = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
_REFERENCE = "#/components/schemas/"


def files(document: Document) -> dict[str, str]:
    """By the name of the file in iamconsole_client/generated/."""
    return {
        "schemas.py": _schemas(document),
        "operations.py": _operations(document),
        "inputs.py": _inputs(document),
        "unseen.py": _unseen(),
    }


# ---- Types ---------------------------------------------------------------------------------------------------------
def _schemas(document: Document) -> str:
    parts = [_HEAD.format("What the API takes and answers.")]
    parts.append("from __future__ import annotations\n\nfrom typing import Any, Literal, NotRequired, TypedDict\n")
    schemas = document["components"]["schemas"]
    used = sorted(_used(document))
    parts.extend(_type_alias(name, schemas[name]) for name in used if "enum" in schemas[name])
    parts.extend(_typed_dict(name, schemas[name]) for name in used if "enum" not in schemas[name])
    return "\n".join(parts)


def _used(document: Document) -> set[str]:
    """The schemas that an operation takes or answers, and those in them."""
    found: set[str] = set()
    waiting = list(_references(document["paths"]))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(_references(document["components"]["schemas"][name]))
    return found


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if str(value.get("$ref", "")).startswith(_REFERENCE):
            yield value["$ref"].removeprefix(_REFERENCE)
        for each in value.values():
            yield from _references(each)
    elif isinstance(value, list):
        for each in value:
            yield from _references(each)


def _type_alias(name: str, schema: Document) -> str:
    values = ", ".join(json.dumps(each) for each in schema["enum"])
    return f"{name} = Literal[{values}]\n"


def _typed_dict(name: str, schema: Document) -> str:
    lines = [f"\nclass {name}(TypedDict):"]
    if said := schema.get("description"):
        lines.append(textwrap.indent(f'"""{said}"""\n', "    "))
    required = set(schema.get("required", ()))
    for key, each in schema.get("properties", {}).items():
        kind = type_of(each)
        lines.append(f"    {_named(key)}: {kind if key in required else f'NotRequired[{kind}]'}")
    return "\n".join(lines) + "\n"


def type_of(schema: Document) -> str:
    """A schema as Python writes the type. Raises ValueError for one that this doesn't know."""
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(_REFERENCE)
    if "allOf" in schema and len(schema["allOf"]) == 1:
        return type_of(schema["allOf"][0])
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return " | ".join(dict.fromkeys(type_of(each) for each in choices))
    kind = schema.get("type")
    if kind is None:
        return "Any"
    if kind == "array":
        return f"list[{type_of(schema['items'])}]"
    if kind == "object":
        values = schema.get("additionalProperties")
        return f"dict[str, {type_of(values) if isinstance(values, Mapping) else 'Any'}]"
    if kind not in _SIMPLE:
        raise ValueError(f"There is no type of Python for {schema!r}.")
    return _SIMPLE[kind]


# ---- Methods -------------------------------------------------------------------------------------------------------
def _operations(document: Document) -> str:
    parts = [_HEAD.format("The API's operations, each a method.")]
    names = sorted(each for each in _used(document) if each != "Problem")
    parts.append("from __future__ import annotations\n\nfrom collections.abc import Mapping, Sequence\n")
    parts.append("from iamconsole_client.generated.schemas import (\n    " + ",\n    ".join(names) + ",\n)")
    parts.append("from iamconsole_client.requests import Request, Send, segment\n\n")
    parts.append("class Operations:")
    parts.append("    def __init__(self, send: Send) -> None:\n        self._send = send\n")
    parts.extend(_method(*each) for each in operations(document))
    return "\n".join(parts)


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    """Each method in capitals, path and operation."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def _method(method: str, path: str, operation: Document) -> str:
    parameters = operation.get("parameters", [])
    given = [f"{_named(each['name'])}: {type_of(each['schema'])}" for each in parameters if each["in"] == "path"]
    body, query = _body(operation), [each for each in parameters if each["in"] == "query" and "x-filter" not in each]
    named = [_argument(each) for each in sorted(query, key=lambda each: not each.get("required"))]
    if takes_filters(operation):
        named.append("filters: Mapping[str, str] | None = None")
    arguments = ["self", *given, *([f"body: {type_of(body)}"] if body else []), *(["*", *named] if named else [])]
    answer = type_of(_answer(operation))
    doc = textwrap.indent(f'"""{said_of(operation)}"""', " " * 8)
    sent = ", ".join(f'"{each["name"]}": {_named(each["name"])}' for each in query)
    queried = f"{{{'**(filters or {}), ' if takes_filters(operation) else ''}{sent}}}"
    filled = path
    for each in parameters:
        filled = filled.replace(f"{{{each['name']}}}", f"{{segment({each['name']})}}")
    prefix = "f" if filled != path else ""
    return (
        f"    def {operation['operationId']}({', '.join(arguments)}) -> {answer}:\n{doc}\n"
        f'        path = {prefix}"{filled}"\n'
        f'        request = Request("{operation["operationId"]}", "{method}", path, {queried}'
        f"{', dict(body)' if body else ''})\n"
        f"        answer: {answer} = self._send(request)\n        return answer\n"
    )


def _argument(parameter: Document) -> str:
    kind = type_of(parameter["schema"]).replace("list[", "Sequence[")
    name = _named(parameter["name"])
    return f"{name}: {kind}" if parameter.get("required") else f"{name}: {kind} | None = None"


def takes_filters(operation: Document) -> bool:
    """Lists have many, and those of kinds and of pools others: a method takes them as one argument."""
    return any("x-filter" in each for each in operation.get("parameters", []))


def said_of(operation: Document) -> str:
    return str(operation.get("description") or operation["summary"]).strip()


def _body(operation: Document) -> Document:
    found: Document = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    return found


def _answer(operation: Document) -> Document:
    good = next(each for status, each in operation["responses"].items() if status.startswith("2"))
    found: Document = good["content"]["application/json"]["schema"]
    return found


def _named(name: str) -> str:
    if not name.isidentifier() or keyword.iskeyword(name):
        raise ValueError(f"{name!r} can’t be a name in Python.")
    return name


# ---- What each takes, as a schema ----------------------------------------------------------------------------------
def _inputs(document: Document) -> str:
    """For callers that have arguments as JSON: how they become a request, and the JSON Schema of them."""
    parts = [_HEAD.format("What each operation takes: where each argument goes, and their JSON Schema.")]
    parts.append("from __future__ import annotations\n\nfrom typing import Any\n")
    found = {
        operation["operationId"]: _input(document, *each) for each in operations(document) for operation in each[2:]
    }
    parts.append(f"INPUTS: dict[str, dict[str, Any]] = {found!r}\n")
    return "\n".join(parts)


def _input(document: Document, method: str, path: str, operation: Document) -> dict[str, Any]:
    schemas = document["components"]["schemas"]
    parameters = [each for each in operation.get("parameters", []) if each["in"] in ("path", "query")]
    properties = {each["name"]: {**each["schema"], **_described(each)} for each in parameters}
    required = [each["name"] for each in parameters if each.get("required")]
    body = _body(operation)
    taken = schemas[type_of(body)] if body else {}
    if set(properties) & set(taken.get("properties", {})):
        raise ValueError(f"{operation['operationId']} has two arguments of one name.")
    properties |= taken.get("properties", {})
    required += taken.get("required", [])
    schema = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    return {
        "method": method,
        "path": path,
        "in_path": [each["name"] for each in parameters if each["in"] == "path"],
        "in_query": [each["name"] for each in parameters if each["in"] == "query"],
        "has_body": bool(body),
        "schema": _inlined(schema, schemas),
    }


def _described(parameter: Document) -> dict[str, str]:
    return {"description": parameter["description"]} if parameter.get("description") else {}


def _inlined(value: Any, schemas: Document) -> Any:
    """Without references and titles, which say the names again."""
    if isinstance(value, list):
        return [_inlined(each, schemas) for each in value]
    if not isinstance(value, Mapping):
        return value
    if "$ref" in value:
        return _inlined(schemas[type_of(value)], schemas)
    return {name: _inlined(each, schemas) for name, each in value.items() if not _is_title(name, each)}


def _is_title(name: str, value: Any) -> bool:
    return name == "title" and isinstance(value, str)


# ---- Characters ----------------------------------------------------------------------------------------------------
def _unseen() -> str:
    head = _HEAD.format("Characters that a reader doesn't see, as the console has them in characters/.")
    pattern = UNSEEN.pattern.encode("unicode_escape").decode()
    return f'{head}from __future__ import annotations\n\nimport re\n\nUNSEEN = re.compile("{pattern}")\n'
