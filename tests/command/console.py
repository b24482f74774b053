"""The command as people run it: a process with nothing of the console's, not even with packages."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-S", "-m", "iamconsole_client"]  # -S: without any package that is installed


@dataclass(frozen=True)
class Ran:
    status: int
    said: str
    error: str

    @property
    def json(self) -> Any:
        return json.loads(self.said)


@dataclass(frozen=True)
class Command:
    url: str
    token: str
    here: Path

    @property
    def environment(self) -> dict[str, str]:
        return {
            "IAMCONSOLE_URL": self.url,
            "IAMCONSOLE_TOKEN": self.token,
            "PYTHONPATH": str(ROOT),
            "LC_ALL": "C.UTF-8",
        }

    def run(self, *arguments: str, stdin: str = "", **environment: str) -> Ran:
        done = subprocess.run(
            [*COMMAND, *arguments],
            env={**self.environment, **environment},
            cwd=self.here,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def file(self, name: str, content: Any) -> str:
        (self.here / name).write_text(content if isinstance(content, str) else json.dumps(content))
        return name

    def mcp(self, *messages: Any, arguments: Sequence[str] = ()) -> list[Any]:
        """What the MCP server answers to these messages."""
        lines = "".join(f"{each if isinstance(each, str) else json.dumps(each)}\n" for each in messages)
        ran = self.run("mcp", *arguments, stdin=lines)
        assert ran.status == 0, ran.error
        return [json.loads(line) for line in ran.said.splitlines()]

    def call(self, tool: str, **arguments: Any) -> Any:
        """The result of a tool."""
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}
        [answer] = self.mcp(message)
        return answer["result"]
