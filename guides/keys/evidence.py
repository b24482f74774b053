"""Who uses an access key: what AWS tells of its last use, and the calls that CloudTrail told of when it was asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from accounts.access import may
from accounts.models import Operator
from accounts.roles import ASK_AWS
from contain.lately import Lately
from guides.keys.replacements import Replacement, suggested_by
from iamconsole.web.words import ago, some
from identities.credentials.mirrors import LAST_USED
from identities.models import AccessKey
from sync.activity.principals import ShownCall
from sync.models import Facet

_SERVICES = 4


@dataclass(frozen=True)
class KeyUser:
    """Calls with the same tool, from the same place. `address`: "" for who may not see it, or where AWS called."""

    tool: str
    runs_in: str
    address: str
    calls: Sequence[ShownCall]

    @property
    def last(self) -> datetime:
        return self.calls[0].moment

    @property
    def services(self) -> str:
        """What it called, and where."""
        found = list(dict.fromkeys(f"{each.service} in {each.region}" for each in self.calls))
        return some(found[:_SERVICES], len(found))

    @property
    def suggests(self) -> Replacement | None:
        return suggested_by(self.runs_in)


class KeyEvidence:
    def __init__(self, key: AccessKey, operator: Operator) -> None:
        self.key = key
        self.may_ask = may(operator, ASK_AWS, key.user.aws_account)
        self.lately = Lately(key.user.aws_account, key.user, operator)

    @cached_property
    def users(self) -> Sequence[KeyUser]:
        """Those of the last use first; of calls with this key alone."""
        if not self.may_ask:
            return ()
        sees = self.lately.sees_people
        found: defaultdict[tuple[str, str, str], list[ShownCall]] = defaultdict(list)
        for each in self.lately.calls:
            if each.key == self.key.aws_id:
                found[each.tool, each.runs_in, each.address if sees else ""].append(each)
        return [KeyUser(*of, calls) for of, calls in found.items()]

    @property
    def is_hidden(self) -> bool:
        """Whether addresses aren't shown to this operator."""
        return bool(self.users) and not self.lately.sees_people


def is_read(key: AccessKey) -> bool:
    """Whether the mirror has asked AWS for the last use of its user's keys: else nobody knows that there was none."""
    about = {"aws_account": key.user.aws_account, "kind": key.user.kind, "object_id": key.user.aws_id}
    return key.last_used_at is not None or Facet.objects.filter(**about, source=LAST_USED.source, gone_at=None).exists()


def last_use(key: AccessKey) -> str:
    """A sentence: AWS tells of one use, and some hours late (IAM API Reference, "GetAccessKeyLastUsed")."""
    if key.last_used_at is None and not is_read(key):
        return f"When {key.aws_id} was used isn’t read yet: pull."
    if key.last_used_at is None:
        return f"AWS has told of no use of {key.aws_id} yet."
    what = f" for {key.last_used_service}" if key.last_used_service else ""
    region = key.last_used_region
    where = f" in {region}" if region and region != "N/A" else ""
    return f"{key.aws_id} was last used {ago(key.last_used_at)}{what}{where}, as far as AWS has told."
