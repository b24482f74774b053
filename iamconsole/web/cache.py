"""How the cache writes its values in Redis. Not by pickle: who writes there could run code in the console."""

from __future__ import annotations

import json
from typing import Any


class JsonSerializer:
    def dumps(self, value: Any) -> bytes | int:
        return value if type(value) is int else json.dumps(value).encode()  # Redis counts with integers itself

    def loads(self, data: bytes | int) -> Any:
        return json.loads(data) if isinstance(data, bytes) else data
