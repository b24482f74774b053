"""What calls of Identity Center and of its identity store share: whose instance they are about, and pages of lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from emulator.identity_center.backend import Instance, administers, instances_seen_by, not_found, refused
from emulator.json_service import Calls
from emulator.paging import cut
from emulator.wire import AwsError

Answer = dict[str, Any]
MOST = 100


class AboutInstance(Calls):
    """A call about one instance. It is answered in the Region where the instance is."""

    def seen(self) -> list[Instance]:
        return instances_seen_by(self.caller.account_id, self.caller.partition)

    def check_may_administer(self, instance: Instance) -> Instance:
        if instance.region != self.region:
            raise not_found(f"Instance not found in {self.region}")
        if not administers(self.caller.account_id, instance):
            raise refused(f"User: {self.caller.arn} is not authorized to perform: {self.service}: not an administrator")
        instance.settle()
        return instance

    def page_of(self, name: str, items: dict[str, Any]) -> Answer:
        """A page of the items by the order of their keys, as `asked` says."""
        keys = sorted(items)
        try:
            shown, following = cut(
                keys, size=self.asked.get("MaxResults") or MOST, token=self.asked.get("NextToken"), of=self._of(name)
            )
        except AwsError as problem:
            raise AwsError("ValidationException", problem.message) from None
        return {name: [items[key] for key in shown], "NextToken": following}

    def _of(self, name: str) -> Sequence[str]:
        about = {key: value for key, value in self.asked.items() if key not in ("MaxResults", "NextToken")}
        return (name, *(f"{key}={value}" for key, value in sorted(about.items())))
