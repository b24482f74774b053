"""What operations on user pools, and on what belongs to one, have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, TypeVar

from accounts.models import AwsAccount
from aws_constraints.arn import region_in
from cognito.models import OfPool, UserPool
from cognito.permissions import CHANGE_POOLS, IDP, USER_POOLS, pool_id_of
from cognito.plans import is_protected_from_threats
from cognito.pool_calls import PoolParams, pool_key
from cognito.pools.operations.shapes import Shape, mfa_following
from objects.operations.objects import ObjectOperation, ObjectParams
from policies.holdings import AccessFact
from sync.aws.client import AwsClient
from sync.aws.permission import Permission, write
from sync.mirror.base import mirror_of
from sync.object_ref import ObjectRef
from sync.operations import AccessChange, Guarantee, Operation, Refusal, Risk, Undo, Value
from sync.placeholders import is_placeholder, placeholder_for
from sync.plan_draft import Draft


def pool_row(draft: Draft, arn: str) -> UserPool:
    """Looked up once for all steps of a plan; of one that an earlier step makes, a row that isn't saved.

    Raises Refusal.
    """
    if draft.is_deleted(pool_key(arn)):
        raise Refusal("An earlier step deletes the user pool.")
    pool_id = pool_id_of(arn)
    if is_placeholder(pool_id):
        return _new_pool(draft, arn)
    rows = UserPool.objects.live().filter(aws_account=draft.aws_account, arn=arn).order_by("-pk")
    row: UserPool | None = draft.once((UserPool, arn), rows.first)
    if row is None:
        words = f"The mirror of {draft.aws_account} has no user pool {pool_id}: pull, then try again."
        raise Refusal(words)
    return row


def _new_pool(draft: Draft, arn: str) -> UserPool:
    """One that an earlier step makes, as AWS describes it then; not saved. AWS turns MFA on by a call of its own."""
    pool_id = pool_id_of(arn)
    made = [step.params.settings for step in draft.steps if placeholder_for(step.position) == pool_id]
    settings = made[0] if made else {}
    risk: dict[str, Any] | None = {} if is_protected_from_threats(settings) else None
    return UserPool(
        pk=0,
        aws_account=draft.aws_account,
        aws_id=pool_id,
        arn=arn,
        name="the new pool",
        tags=settings.get("UserPoolTags", {}),
        region=region_in(arn),
        domains={},
        mfa_config=mfa_following({"MfaConfiguration": "OFF"}, settings),
        risk=risk,
        settings=settings,
    )


@dataclass(frozen=True)
class UserPoolParams(PoolParams):
    called: str


P = TypeVar("P", bound=ObjectParams)
C = TypeVar("C", bound="PoolObjectParams")


class UserPoolOperation(ObjectOperation[P]):
    """On the pool itself."""

    needed_for = CHANGE_POOLS

    def row(self, draft: Draft, p: P) -> UserPool:
        return pool_row(draft, p.arn)


# ---- What belongs to a user pool: app clients, groups, identity providers, resource servers -------------------------
class PoolObjectParams(Protocol):
    @property
    def pool_arn(self) -> str: ...

    @property
    def name(self) -> str:
        """As calls say it: a client's is its id; "" of the pool itself."""


class PoolObjectOperation(Operation[C]):
    """On one of them, which has no ARN of its own, or on settings of the pool. The part has its settings."""

    guarantee: ClassVar[Guarantee] = Guarantee.IDEMPOTENT
    undo: ClassVar[Undo] = Undo.REVERSIBLE
    risk: ClassVar[Risk] = Risk.HIGH
    verb: ClassVar[str] = "Update"

    def __init__(self, of: Shape) -> None:
        self.of = of
        self.kind = of.step_kind(self.verb)  # type: ignore[misc]  # one class makes several operations
        self.aws_operation = of.operation.replace("Update", self.verb)

    @property
    def permissions(self) -> Sequence[Permission]:
        return [write(f"{IDP}:{self.aws_operation}", CHANGE_POOLS, USER_POOLS)]

    def key(self, p: C) -> str:
        return child_key(self.of, p.pool_arn, p.name) if p.name else pool_key(p.pool_arn)

    def objects(self, p: C) -> list[str]:
        return [self.key(p)]

    def part(self, p: C) -> str:
        return f"{self.of.kind}:{p.pool_arn} {p.name}"

    def affected_objects(self, aws_account: AwsAccount, p: C) -> list[ObjectRef]:
        return [child_ref(self.of, aws_account, p.pool_arn, p.name)]

    def describe(self, value: Value) -> str:
        return f"no such {self.of.title}" if value is None else self.describe_existing(value)

    def describe_existing(self, value: Value) -> str:
        return "it as it was, or as somebody changed it"

    def live(self, client: AwsClient, p: C) -> Value:
        """{"object", "settings"} as AWS has it; None where there is no such thing."""
        of = self.of
        mirror = mirror_of(of.model.kind, of.facet)
        object_id = pool_id_of(p.pool_arn) if of.model is UserPool else p.name if of.asked_by == "ClientId" else ""
        ref = ObjectRef(of.model.kind, object_id, p.name, p.pool_arn, region_in(p.pool_arn), of.facet)
        item = mirror.read_one(client.at(ref.region), ref)
        if item is None:
            return None
        seen = mirror.see(item)
        return {"object": seen.object_id, "settings": of.payload(seen.content)}


def child_key(of: Shape, pool_arn: str, name: str) -> str:
    """As leases and drafts know what belongs to a pool: its own ARN is the pool's."""
    return f"{of.model.kind}:{pool_arn} {name}"


def child_row(of: Shape, draft: Draft, pool_arn: str, name: str) -> Any:
    """The row of the thing in the pool, or of the pool. Raises Refusal."""
    pool = pool_row(draft, pool_arn)
    if not name:
        return pool
    key = child_key(of, pool_arn, name)
    if draft.is_deleted(key):
        raise Refusal(f"An earlier step deletes the {of.title} {name}.")
    rows = rows_of(of, draft.aws_account, pool_arn, name).select_related("pool")
    if (row := draft.once(key, rows.first)) is None:
        raise Refusal(f"The mirror of {pool.name} has no {of.title} {name}: pull, then try again.")
    return row


def rows_of(of: Shape, aws_account: AwsAccount, pool_arn: str, name: str) -> Any:
    """Those of that name which are there, the newest first."""
    by = "aws_id" if of.asked_by == "ClientId" else "name"
    live = of.model._default_manager.filter(gone_at__isnull=True)
    return live.filter(**{"aws_account": aws_account, "arn": pool_arn, by: name}).order_by("-pk")


def child_ref(of: Shape, aws_account: AwsAccount, pool_arn: str, name: str) -> ObjectRef:
    if issubclass(of.model, OfPool):
        row = rows_of(of, aws_account, pool_arn, name).first()
        object_id = row.aws_id if row else name if of.asked_by == "ClientId" else ""
    else:
        object_id = pool_id_of(pool_arn)
    return ObjectRef(of.model.kind, object_id, name, pool_arn, region_in(pool_arn), of.facet)


# ---- What a plan tells of the role that a group carries: its members may take it on through an identity pool -------
@dataclass(frozen=True)
class GroupRoleFact(AccessFact):
    role_arn: str
    pool_arn: str
    group: str
    now: bool

    @property
    def arn(self) -> str:
        return self.role_arn

    @property
    def words(self) -> str:
        pool_id = pool_id_of(self.pool_arn)
        who = f"members of the group {self.group} of {'the new pool' if is_placeholder(pool_id) else pool_id}"
        return f"Is {'' if self.now else 'no longer '}given by Cognito to {who}, where an identity pool goes by groups"


def role_given(pool_arn: str, group: str, old: str, new: str) -> Sequence[AccessChange]:
    """`old` and `new`: ARNs, "" for none."""
    if old == new:
        return ()
    gone = [GroupRoleFact(old, pool_arn, group, now=False)] if old else []
    return [*gone, *([GroupRoleFact(new, pool_arn, group, now=True)] if new else [])]


@dataclass(frozen=True)
class GroupMemberRoleFact(AccessFact):
    """Beside what the role may: by which way somebody gets it."""

    who: str
    role_arn: str
    group: str
    now: bool = True

    @property
    def arn(self) -> str:
        return self.who

    @property
    def words(self) -> str:
        role = self.role_arn.rpartition("/")[2]
        return f"Takes on the role {role} as a member of the group {self.group}, where an identity pool goes by groups"
