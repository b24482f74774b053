"""Exports as the tools of the ecosystem read them: python-hcl2 for Terraform, PyYAML and cfn-lint for templates."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import hcl2
import yaml

_ESCAPE = re.compile(r'\\(?:([nrt"\\])|u([0-9a-f]{4})|U([0-9a-f]{8}))|([$%])\4\{|[$%]\{')
_CHARACTERS = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_REFERENCE = re.compile(r"\$\{([\w.-]+)\}")
_ENCODED = re.compile(r"\$\{jsonencode\((.*)\)\}", re.DOTALL)


def terraform(text: str) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """Resources by address with their values, and the import id of each address."""
    read = hcl2.loads(text)
    resources: dict[str, dict[str, Any]] = {}
    for found in read.get("resource", []):
        for type_, labelled in found.items():
            for label, values in labelled.items():
                address = f"{_string(type_)}.{_string(label)}"
                assert address not in resources, f"{address} is there twice."
                resources[address] = {name: _value(each) for name, each in values.items() if name != "__is_block__"}
    imports = {}
    for found in read.get("import", []):
        assert found["to"] not in imports
        imports[_REFERENCE.fullmatch(found["to"])[1]] = _string(found["id"])  # type: ignore[index]
    assert resources.keys() == imports.keys()
    return resources, imports


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        return {_key(name): _value(each) for name, each in value.items() if name != "__is_block__"}
    if isinstance(value, list):
        return [_value(each) for each in value]
    if not isinstance(value, str):
        return value
    if encoded := _ENCODED.fullmatch(value):
        return json.dumps(_value(hcl2.loads(f"v = {encoded[1]}\n")["v"]))
    return _string(value) if value.startswith('"') else value  # a reference or a name


def _key(name: str) -> str:
    return _string(name) if name.startswith('"') else name


def _string(literal: str) -> str:
    """What a string literal of HCL says. A template that isn't escaped is a fault."""
    assert literal[0] == literal[-1] == '"', literal
    return _ESCAPE.sub(_character, literal[1:-1])


def _character(found: re.Match[str]) -> str:
    plain, short, long, sign = found.groups()
    assert plain or short or long or sign, f"{found[0]} begins a template."
    if sign:
        return f"{sign}{{"
    return _CHARACTERS[plain] if plain else chr(int(short or long, 16))


def template(text: str) -> dict[str, Any]:
    """A template in YAML or JSON, which is YAML as well."""
    found: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return found


def linted(*paths: Path) -> list[str]:
    """Errors that cfn-lint finds in templates, a line each. As a process: it takes seconds to import."""
    command = [str(Path(sys.executable).with_name("cfn-lint")), "--format", "parseable", *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert not done.stderr, done.stderr
    return [line for line in done.stdout.splitlines() if ":E" in line]
