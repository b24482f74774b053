"""LookupEvents, as the API Reference of CloudTrail has it."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from datetime import UTC, datetime
from typing import Any

from emulator.json_service import Calls
from emulator.trail.backend import Event, backends, now, settings_of
from emulator.trail.recorder import described
from emulator.wire import AwsError

_MOST = 50
_SECOND = 1.0


class TrailCalls(Calls):
    service = "cloudtrail"

    def lookup_events(self) -> dict[str, Any]:
        self._check_rate()
        wanted = self._attribute()
        since, until = self._time("StartTime"), self._time("EndTime")
        if since and until and since > until:
            raise AwsError("InvalidTimeRangeException", "The StartTime must be before the EndTime.")
        found = [
            event
            for event in backends[self.caller.account_id][self.region].shown(now())
            if (wanted is None or wanted in set(event.attributes))
            and (since is None or event.at >= since)
            and (until is None or event.at <= until)
        ]
        return self._page(found)

    def _check_rate(self) -> None:
        """Two a second for an AWS account and Region, where the emulator keeps it."""
        rate, trail = settings_of(self.caller.account_id).rate, backends[self.caller.account_id][self.region]
        moment = time.monotonic()
        if rate and len([at for at in trail.asked if at > moment - _SECOND]) >= rate:
            raise AwsError("ThrottlingException", "Rate exceeded")
        trail.asked.append(moment)

    def _attribute(self) -> tuple[str, str] | None:
        attributes = self.asked.get("LookupAttributes") or []
        if len(attributes) > 1:
            raise AwsError("InvalidLookupAttributesException", "You can specify only one lookup attribute.")
        return (attributes[0]["AttributeKey"], attributes[0]["AttributeValue"]) if attributes else None

    def _time(self, member: str) -> datetime | None:
        given = self.asked.get(member)
        return None if given is None else datetime.fromtimestamp(float(given), UTC).replace(tzinfo=None)

    def _page(self, found: list[Event]) -> dict[str, Any]:
        size, begin = int(self.asked.get("MaxResults") or _MOST), 0
        if not 1 <= size <= _MOST:
            raise AwsError("InvalidMaxResultsException", f"MaxResults must be between 1 and {_MOST}.")
        if token := self.asked.get("NextToken"):
            after = self._after(token)
            ids = [event.record["eventID"] for event in found]
            begin = ids.index(after) + 1 if after in ids else len(ids)
        shown = found[begin : begin + size]
        answer: dict[str, Any] = {"Events": [described(event) for event in shown]}
        if begin + size < len(found):
            answer["NextToken"] = self._token(shown[-1].record["eventID"])
        return answer

    def _token(self, after: str) -> str:
        return base64.urlsafe_b64encode(json.dumps({"after": after, "of": self._question()}).encode()).decode()

    def _after(self, token: str) -> str:
        try:
            said = json.loads(base64.urlsafe_b64decode(token))
            after, of = str(said["after"]), said["of"]
        except (ValueError, KeyError, TypeError):
            raise AwsError("InvalidNextTokenException", "The token is invalid.") from None
        if of != self._question():
            raise AwsError("InvalidNextTokenException", "The token was given for other parameters.")
        return after

    def _question(self) -> str:
        said = {name: value for name, value in self.asked.items() if name != "NextToken"}
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]
