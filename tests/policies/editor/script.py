"""Asks the editor's script what it offers, in Node and without a browser."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from policies.completion import words
from policies.engine.structure import DocumentType

ACCOUNT, OTHER = "123456789012", "210987654321"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/reports-exporter"
BAR = "¦"  # where the caret is
_SCRIPT = Path(__file__).with_name("answers.mjs")
_BIN = Path(__file__).resolve().parents[3] / ".venv" / "bin"
_SETTINGS = {
    "addresses": {
        "language": "/language",
        "service": "/service/SERVICE",
        "actions": "/actions",
        "surroundings": "/surroundings",
        "objects": "/objects",
        "about": "/about",
    },
    "held": ["iam:role", "iam:user"],
}
_OBJECTS = [{"arn": ROLE, "word": "role", "account": ACCOUNT, "account_name": "Acme"}]


def answers_to(requests: Sequence[Mapping[str, Any]], services: Sequence[str] = ("s3", "iam", "sts")) -> list[Any]:
    answers = {
        "/language": words.language_words(),
        "/surroundings": {
            "account": ACCOUNT,
            "partition": "aws",
            "region": "eu-west-1",
            "organization": "o-abcdefghij",
            "accounts": [[ACCOUNT, "Acme"], [OTHER, "Acme Labs"]],
        },
        "/objects": {"objects": _OBJECTS},
        "/about": {"thing": {"title": "Role reports-exporter", "sentence": "The mirror holds it.", "url": "/role/"}},
        "/actions": {"actions": words.actions_named("passrole")},
        **{f"/service/{name}": words.service_words(name) for name in services},
    }
    node = shutil.which("node") or str(_BIN / "node")
    sent = json.dumps({"settings": _SETTINGS, "answers": answers, "requests": list(requests)})
    done = subprocess.run([node, str(_SCRIPT)], input=sent, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    answered: list[Any] = json.loads(done.stdout)
    return answered


def request(written: str, type: DocumentType = DocumentType.IDENTITY, **more: Any) -> dict[str, Any]:
    """`written` has a BAR where the caret is."""
    return {"text": written.replace(BAR, ""), "pos": written.index(BAR), "type": type, **more}
