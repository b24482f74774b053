"""What operations on permission sets have in common: what a set has, and how it is read before and after a write.

An edit changes no role: provisioning brings it into AWS accounts (provisioning.py).
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Protocol, TypeVar

from accounts.models import AwsAccount
from directory import reads
from directory.access_facts import EveryRole
from directory.mirrors import path_and_name, seconds_of
from directory.models import DirectoryGroup, DirectoryMembership, DirectoryUser, Instance, PermissionSet
from directory.operations.base import OfIdentityCenter
from directory.permissions import NOBODYS_INSTANCE, NOBODYS_SET, SSO
from policies.engine.document import identify
from sync.aws.client import AwsClient
from sync.aws.errors import NotFound
from sync.aws.permission import ArnsOfKind, Permission
from sync.checks import PlanFinding
from sync.mirror import Item
from sync.object_ref import ObjectRef
from sync.operations import (
    AccessChange,
    BadParams,
    Call,
    Guarantee,
    Refusal,
    Risk,
    StepSpec,
    Undo,
    Value,
)
from sync.placeholders import placeholder_for
from sync.plan_draft import Draft

_SET = re.compile(
    r"arn:aws[a-z-]*:sso:::permissionSet/ssoins-[a-zA-Z0-9-.]{16}/(ps-[a-zA-Z0-9-./]{16}|made by step [1-9]\d{0,4})"
)
_MADE = "/made by step "
OF_IDENTITY_CENTER = ArnsOfKind(
    "identity-center", "arn:{partition}:sso:::*", "arn:{partition}:sso:::instance/ssoins-0000000000000000"
)
EDIT = "Make, edit and delete permission sets, and bring them into AWS accounts."
OF_SET = {"InstanceArn": NOBODYS_INSTANCE, "PermissionSetArn": NOBODYS_SET}
_READOF_SET = (
    "DescribePermissionSet",
    "GetInlinePolicyForPermissionSet",
    "GetPermissionsBoundaryForPermissionSet",
    "ListManagedPoliciesInPermissionSet",
    "ListCustomerManagedPolicyReferencesInPermissionSet",
    "ListAccountsForProvisionedPermissionSet",
)


def looking(operation: str, **probe: Any) -> Permission:
    """To read, as the role to write, what a change stands on."""
    return Permission(f"sso:{operation}", EDIT, "write", probe=probe, call=f"{SSO}:{operation}")


def writing(operation: str) -> Permission:
    return Permission(f"sso:{operation}", EDIT, "write", OF_IDENTITY_CENTER, call=f"{SSO}:{operation}")


# ---- What a set has --------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class SetContent:
    """`set_id`: "ps-…", or what stands for it while a step of the plan makes it. `inline`: what the document means, ""
    for none. `customer`: path and name. `boundary`: an ARN, or path and name.
    """

    set_id: str
    description: str = ""
    session_s: int = 3600
    relay_state: str = ""
    inline: str = ""
    managed: tuple[str, ...] = ()
    customer: tuple[str, ...] = ()
    boundary: str = ""

    def as_value(self) -> dict[str, Any]:
        """As JSON, without the id."""
        said = asdict(self)
        del said["set_id"]
        return {**said, "managed": list(self.managed), "customer": list(self.customer)}


def content_of(row: PermissionSet) -> SetContent:
    """`row` has its `inline` at hand."""
    return SetContent(
        row.aws_id,
        row.description,
        row.session_s,
        row.relay_state,
        row.inline.canonical_hash if row.inline else "",
        tuple(row.managed),
        tuple(row.customer),
        row.boundary,
    )


def content_in(item: Item) -> SetContent:
    """Of what AWS answered (reads.permission_set)."""
    return SetContent(
        str(item["PermissionSetArn"]).rpartition("/")[2],
        item.get("Description") or "",
        seconds_of(item.get("SessionDuration")),
        item.get("RelayState") or "",
        identify(item["Inline"]).canonical_hash if item.get("Inline") else "",
        tuple(sorted(each["Arn"] for each in item.get("Managed", ()))),
        tuple(sorted(path_and_name(each) for each in item.get("Customer", ()))),
        _boundary_in(item.get("Boundary") or {}),
    )


def _boundary_in(said: Mapping[str, Any]) -> str:
    reference = said.get("CustomerManagedPolicyReference")
    return path_and_name(reference) if reference else str(said.get("ManagedPolicyArn") or "")


def duration_of(seconds: int) -> str:
    """28,800 → "PT8H"; 5,400 → "PT1H30M"."""
    hours, minutes = divmod(seconds // 60, 60)
    return f"PT{f'{hours}H' if hours else ''}{f'{minutes}M' if minutes else ''}"


# ---- The base --------------------------------------------------------------------------------------------------------
def check_set(arn: str) -> None:
    """Raises BadParams."""
    if not _SET.fullmatch(arn):
        raise BadParams(f"{arn!r} isn't the ARN of a permission set.", field="set_arn")


@dataclass(frozen=True)
class SetParams:
    """`region`: of the instance. `provisions`: the AWS accounts into which its reverse brings the set again."""

    set_arn: str
    set_name: str
    region: str
    provisions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_set(self.set_arn)


class NamesSet(Protocol):
    @property
    def set_arn(self) -> str: ...

    @property
    def set_name(self) -> str: ...

    @property
    def region(self) -> str: ...


P = TypeVar("P", bound=NamesSet)


def key_of(set_arn: str, name: str) -> str:
    """Of the object, by which one change at a time has it; also of one that a step of the plan makes."""
    return new_key(name) if is_new(set_arn) else f"{PermissionSet.kind}:{set_arn}"


def new_key(name: str) -> str:
    return f"{PermissionSet.kind}:new {name}"


def is_new(set_arn: str) -> bool:
    """Whether a step of the plan makes it."""
    return _MADE in set_arn


def set_id_of(set_arn: str) -> str:
    return set_arn.rpartition("/")[2]


def set_row(draft: Draft, set_arn: str, name: str) -> PermissionSet | None:
    """None for one that an earlier step makes. Raises Refusal where there is none."""
    key = key_of(set_arn, name)
    if draft.placeholder_of(key):
        return None
    if draft.is_deleted(key):
        raise Refusal(f"An earlier step deletes the permission set {name}.")
    rows = PermissionSet.objects.live().filter(aws_account=draft.aws_account, arn=set_arn).select_related("inline")
    row: PermissionSet | None = draft.once((PermissionSet, set_arn), rows.first)
    if row is None:
        raise Refusal(f"The mirror has no permission set {name}: pull, then try again.", field="set_arn")
    return row


class SetOperation(OfIdentityCenter[P]):
    """On one that is there, or that an earlier step of the plan makes."""

    guarantee: ClassVar[Guarantee] = Guarantee.IDEMPOTENT
    undo: ClassVar[Undo] = Undo.REVERSIBLE
    risk: ClassVar[Risk] = Risk.HIGH

    @property
    def permissions(self) -> Sequence[Permission]:
        reads_of_set = (looking(operation, **OF_SET) for operation in _READOF_SET)
        return (writing(self.aws_operation), *reads_of_set)

    def named(self, p: P) -> str:
        return f"the permission set {p.set_name}"

    def call(self, p: P, *more_arns: str, **parameters: Any) -> list[Call]:
        instance = reads.instance_arn_of(p.set_arn)
        sent = {"InstanceArn": instance, "PermissionSetArn": p.set_arn, **parameters}
        on = (instance, p.set_arn, *more_arns)
        return [Call(SSO, self.aws_operation, sent, on, (f"sso:{self.aws_operation}",), p.region)]

    def key(self, p: P) -> str:
        return key_of(p.set_arn, p.set_name)

    def objects(self, p: P) -> list[str]:
        return [self.key(p)]

    def affected_objects(self, aws_account: AwsAccount, p: P) -> list[ObjectRef]:
        return [ObjectRef(PermissionSet.kind, set_id_of(p.set_arn), p.set_name, p.set_arn)]

    def affected_accounts(self, aws_account: AwsAccount, p: P) -> Collection[str]:
        row = mirrored_set(aws_account, p.set_arn)
        return row.accounts if row else ()

    def content(self, draft: Draft, p: P) -> SetContent:
        """As the steps of the draft leave it. Raises Refusal."""
        row = set_row(draft, p.set_arn, p.set_name)
        content = content_of(row) if row else SetContent(draft.placeholder_of(self.key(p)))
        for step in draft.writing(self.key(p)):
            if isinstance(step.operation, EditsContent):
                content = step.operation.edited(step.params, content)
        return content

    def limits(self, draft: Draft, p: P, value: Value) -> list[PlanFinding]:
        row = set_row(draft, p.set_arn, p.set_name)
        return delegate_findings(draft.aws_account, reads.instance_arn_of(p.set_arn), row.accounts if row else ())


def mirrored_set(aws_account: AwsAccount, set_arn: str) -> PermissionSet | None:
    found: PermissionSet | None = (
        PermissionSet.objects.live().filter(aws_account=aws_account, arn=set_arn).select_related("inline").first()
    )
    return found


PROVISIONED = "change a permission set that is provisioned in the management account"


def delegate_findings(
    aws_account: AwsAccount, instance_arn: str, accounts: Collection[str], what: str = PROVISIONED
) -> list[PlanFinding]:
    """AWS keeps its management account for itself ("Delegated administration" in the User Guide)."""
    instance = Instance.objects.live().filter(aws_account=aws_account, arn=instance_arn).first()
    if instance is None or instance.owner_id == aws_account.account_id or instance.owner_id not in accounts:
        return []
    why = f"A delegated administrator can’t {what}: do it from there."
    return [PlanFinding("MANAGEMENT_ACCOUNT", "error", why)]


class EditsContent:
    """An operation that changes what a set has."""

    def edited(self, p: Any, content: SetContent) -> SetContent:
        raise NotImplementedError


class SetEdit(SetOperation[P], EditsContent):
    """The part is {"object": "ps-…"} and what of the set it depends on."""

    aspect: ClassVar[str]  # the part of the set, for the part's name

    def part(self, p: P) -> str:
        return f"{self.aspect}:{self.key(p)}"

    @abstractmethod
    def depends_on(self, content: SetContent, p: P) -> Mapping[str, Any]:
        """The rest of the part."""

    @abstractmethod
    def edited(self, p: P, content: SetContent) -> SetContent:
        """What the set has when the step is done."""

    def mirrored(self, draft: Draft, p: P) -> Value:
        content = self.content(draft, p)
        return {"object": content.set_id, **self.depends_on(content, p)}

    def after(self, p: P, value: Value) -> Value:
        return value and {**value, **self.leaves(p)}

    def leaves(self, p: P) -> Mapping[str, Any]:
        """What `after` the step is otherwise in the part."""
        return self.depends_on(self.edited(p, SetContent("")), p)

    def live(self, client: AwsClient, p: P) -> Value:
        found = read_content(client, p)
        return None if found is None else {"object": found.set_id, **self.depends_on(found, p)}

    def describe(self, value: Value) -> str:
        return "no such permission set" if value is None else self.describe_existing(value)

    @abstractmethod
    def describe_existing(self, value: Value) -> str:
        """The same, where there is such a set."""

    def access_changes(self, aws_account: AwsAccount, p: P) -> Sequence[AccessChange]:
        """What its roles have once it is provisioned."""
        row = mirrored_set(aws_account, p.set_arn)
        return list(self.of_roles(EveryRole(aws_account, row), p)) if row else []

    def of_roles(self, roles: EveryRole, p: P) -> Iterator[AccessChange]:
        return iter(())

    def undoing(self, p: P, kind: str, **params: Any) -> list[StepSpec]:
        """Its reverse, and where the plan provisioned the set, the same again."""
        about = {"set_arn": p.set_arn, "set_name": p.set_name, "region": p.region}
        again = provisioning(about, getattr(p, "provisions", ()), again=True)
        return [StepSpec(kind, {**about, **params}), *again]


def provisioning(
    about: Mapping[str, str], accounts: Sequence[str], position: int = 0, *, again: bool = False
) -> list[StepSpec]:
    """The two steps that bring a set into AWS accounts.

    `position`: of the first of them in a plan, 0 where nobody knows it yet. `again`: of a reverse.
    """
    if not accounts:
        return []
    params = {**about, "accounts": list(accounts), "edited": True, **({"again": True} if again else {})}
    request = placeholder_for(position) if position else ""
    return [StepSpec("sso.set.provision", params), StepSpec("sso.set.await", {**params, "request": request})]


def read_content(client: AwsClient, p: NamesSet) -> SetContent | None:
    """As AWS has it; None where it has none."""
    try:
        return content_in(reads.content_of_set(client.at(p.region), p.set_arn))
    except NotFound:
        return None


NO_INSTANCE_NOW = "The mirror no longer has the instance of Identity Center: pull, then try again."


def region_of(chosen: PermissionSet) -> str:
    """Raises Refusal."""
    instance = Instance.objects.live().filter(aws_account=chosen.aws_account_id, arn=chosen.instance_arn).first()
    if instance is None:
        raise Refusal(NO_INSTANCE_NOW)
    return str(instance.primary_region)


def region_of_store(row: DirectoryGroup | DirectoryUser | DirectoryMembership) -> str:
    """Raises Refusal."""
    try:
        return reads.region_of_store(reads.store_id_of(row.arn))
    except LookupError:
        raise Refusal(NO_INSTANCE_NOW) from None
