"""Pages of Cognito's lists, and tokens that are good for an hour and for the very list that gave them."""

from __future__ import annotations

import base64
import json
from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta

from emulator import clock
from emulator.ids import word
from emulator.wire import AwsError

MOST = 60
_GOOD_FOR = timedelta(hours=1)


def cut(keys: Sequence[str], *, size: int | None, token: str | None, of: object) -> tuple[Sequence[str], str | None]:
    """One page of the sorted keys and the token of the next. `of` says which list that is, with its filter.

    The token says after which key to go on, so that a write between two pages neither repeats nor drops others.
    """
    begin = bisect_right(keys, _read(token, of)) if token is not None else 0
    end = begin + (size or MOST)
    return keys[begin:end], _write(keys[end - 1], of) if end < len(keys) else None


def _write(after: str, of: object) -> str:
    content = {"after": after, "of": word(12, of), "at": clock.utcnow().isoformat()}
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


def _read(token: str, of: object) -> str:
    try:
        content = json.loads(base64.urlsafe_b64decode(token))
        after, given_at = str(content["after"]), datetime.fromisoformat(content["at"])
        is_ours = content["of"] == word(12, of)
    except (ValueError, KeyError, TypeError):
        raise AwsError("InvalidParameterException", "Invalid pagination token.") from None
    if not is_ours:
        raise AwsError("InvalidParameterException", "The pagination token was given for other parameters.")
    if clock.utcnow() - given_at > _GOOD_FOR:
        raise AwsError("InvalidParameterException", "The pagination token has expired.")
    return after
