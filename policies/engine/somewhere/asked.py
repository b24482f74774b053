"""What is asked of a pattern, and what comes out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from policies.engine.callers import Caller
from policies.engine.combine import Decision
from policies.engine.conditions import Context
from policies.engine.evaluate import Verdict
from policies.engine.layers import LayerPolicy

# IAM User Guide, "AWS global condition context keys", "Properties of the request": what the caller decides by how the
# request is made: where it is sent, with which tags, over TLS or not. Others (MFA, source address, tags of a resource)
# are facts that a question can't choose.
REGION, TAG_KEYS, SECURE_TRANSPORT = "aws:requestedregion", "aws:tagkeys", "aws:securetransport"
REQUEST_TAG = "aws:requesttag/"
_CHOSEN = frozenset({REGION, TAG_KEYS, SECURE_TRANSPORT})


def is_chosen(key: str) -> bool:
    """Whether the caller chooses the value of a condition key (in lower case)."""
    return key in _CHOSEN or key.startswith(REQUEST_TAG)


@dataclass(frozen=True)
class ResourceContext:
    """What the ARN of a resource tells: its AWS account, context keys (in lower case), and its own policy, if held.

    `is_bound`: whether the RCPs of the layers are those of its AWS account.
    """

    account: str
    context: Context = field(default_factory=dict)
    policy: LayerPolicy | None = None
    is_bound: bool = True


def place_of(resource: str, own_account: str) -> ResourceContext:
    """An ARN that names no AWS account, as those of S3, is taken for one of the caller's."""
    parts = resource.split(":", 5)
    if len(parts) < 6:
        return ResourceContext(own_account)
    return ResourceContext(parts[4] or own_account, {REGION: (parts[3],)} if parts[3] else {})


@dataclass(frozen=True)
class SomewhereQuestion:
    """Whether the caller may do one of `actions` on something that `resource` matches; `*` means anything at all.

    `resource` is read as a Resource element is. `context`: what is known of every request; `is_unknown`: of keys that
    it lacks, whether they may be there all the same (as of `Request`). Keys that the caller chooses (`is_chosen`) may
    always be there. `place` tells of a resource that is tried what its ARN says.
    """

    caller: Caller
    actions: Sequence[str]
    resource: str
    context: Context = field(default_factory=dict)
    is_unknown: Callable[[str], bool] | None = None
    place: Callable[[str], ResourceContext] | None = None

    def place_of(self, resource: str) -> ResourceContext:
        return place_of(resource, self.caller.account) if self.place is None else self.place(resource)


@dataclass(frozen=True)
class Witness:
    """A request by which one sees it. `chosen`: condition keys that the caller has to choose so; `supposed`: those that
    aren't known and have to be so; an empty tuple: the key must not be there. `verdict`: with all of this.
    """

    action: str
    resource: str
    account: str
    chosen: Context
    supposed: Context
    verdict: Verdict

    @property
    def region(self) -> str:
        """Where it is, or where the request has to be sent; "" where that makes no difference."""
        parts = self.resource.split(":", 5)
        in_arn = parts[3] if len(parts) == 6 else ""
        return in_arn or next(iter(self.chosen.get(REGION, ())), "")


@dataclass(frozen=True)
class SomewhereAnswer:
    """`decision` is ALLOWED, UNKNOWN (then `witness` says under what it would be allowed) or IMPLICIT_DENY, nowhere.

    Without a witness, UNKNOWN means that there was too much to try.
    """

    decision: Decision
    witness: Witness | None = None
