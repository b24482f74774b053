"""What a change must not touch unless an owner says so: the roles that keep the console, and its owners, in charge."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from access.holders import Holder, holder_of
from access.plans.reading import read_holdings
from access.request_context import UnknownContextKeys
from access.resource_policies import is_bound_by_rcps
from access.situations import EVERYTHING
from access.surroundings import Surroundings, surroundings_of
from accounts.models import AwsAccount
from aws_constraints.arn import account_in, name_of
from iamconsole.web.words import some
from identities.models import Attachment, IamRole
from policies.engine.callers import Caller, caller_of
from policies.engine.compiled import compiled
from policies.engine.evaluate import Decision, Layers, Request, evaluate
from policies.engine.layers import LayerPolicy
from sync import checks
from sync.aws.permission import Permission, permissions_of
from sync.aws.purpose import Tier
from sync.checks import PlanCheck, PlanFinding
from sync.operations import PlannedStep

# ---- Which roles are protected -------------------------------------------------------------------------------
_BY_NAME = {
    "organizationaccountaccessrole": "the organization’s management account gets in by it",
    "awscontroltower*": "AWS Control Tower works by it",
    "aws-controltower*": "AWS Control Tower works by it",
    "stacksets-exec-*": "CloudFormation StackSets of the organization work by it",
}
_BY_PATH = {
    ":role/aws-service-role/": "an AWS service works by it",
    ":role/aws-reserved/": "AWS keeps it for itself",
    ":role/service-role/awscontroltower": "AWS Control Tower works by it",
}


def why_protected(aws_account: AwsAccount, role_arn: str) -> str:
    """Half a sentence; "" for a role that isn't. Names of roles are the same in any case."""
    arn = role_arn.casefold()
    if arn == aws_account.write_role_arn.casefold():
        return "this console writes by it"
    if arn == aws_account.read_role_arn.casefold():
        return "this console reads by it"
    name = name_of(arn)
    if any(fnmatchcase(name, listed.casefold()) for listed in aws_account.break_glass_names):
        return "it is listed as break-glass in the settings of this AWS account"
    by_path = next((why for path, why in _BY_PATH.items() if path in arn), "")
    return by_path or next((why for pattern, why in _BY_NAME.items() if fnmatchcase(name, pattern)), "")


def roles_with(aws_account: AwsAccount, steps: Sequence[PlannedStep]) -> Mapping[str, list[str]]:
    """The ARNs of the roles that hold each policy which the steps write, as an attachment or as their boundary."""
    written = {arn for step in steps for kind, arn in objects(step) if kind == "iam.policy"}
    found: defaultdict[str, list[str]] = defaultdict(list)
    attached = Attachment.objects.live().filter(aws_account=aws_account, arn__in=written, role__gone_at=None)
    bounded = IamRole.objects.live().filter(aws_account=aws_account, boundary_arn__in=written)
    for rows in (
        attached.exclude(role=None).values_list("arn", "role__arn"),
        bounded.values_list("boundary_arn", "arn"),
    ):
        for policy_arn, role_arn in rows:
            found[policy_arn].append(role_arn)
    return found


def objects(step: PlannedStep) -> Iterator[tuple[str, str]]:
    """Kind and ARN of what it writes."""
    for key in step.operation.objects(step.params):
        kind, _, arn = key.partition(":")
        yield kind, arn


class ProtectedRoles(PlanCheck):
    name = "protected_roles"

    def look(self, aws_account: AwsAccount, steps: Sequence[PlannedStep]) -> list[PlanFinding]:
        holders = roles_with(aws_account, steps)
        found = [
            PlanFinding("PROTECTED_ROLE", "protected", words, step.position, about=about)
            for step in steps
            for kind, arn in objects(step)
            for about, words in _objections(aws_account, kind, arn, holders)
        ]
        return list(dict.fromkeys(found))


def _objections(
    aws_account: AwsAccount, kind: str, arn: str, holders: Mapping[str, Sequence[str]]
) -> Iterator[tuple[tuple[str, ...], str]]:
    """What each is about (ARNs, and why that is protected), and the sentence."""
    if kind == "iam.role" and (why := why_protected(aws_account, arn)):
        yield (arn, why), f"It touches the role {name_of(arn)}: {why}."
    if kind == "iam.policy":
        for role_arn in holders.get(arn, ()):
            if why := why_protected(aws_account, role_arn):
                words = f"It changes {name_of(arn)}, a policy of the role {name_of(role_arn)}: {why}."
                yield (arn, role_arn, why), words


_ENTERS: dict[Tier, tuple[str, ...]] = {
    "read": ("sts:AssumeRole",),
    "write": ("sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"),
}
_NOBODY = "iam-console-permission-check"
_SHOWN = 4  # actions
_MAY = (Decision.ALLOWED, Decision.UNKNOWN)


class ConsoleLockoutCheck(PlanCheck):
    """Whether the console could still read and write after a plan: by the engine, with its roles before and after.

    Asked only of plans that touch a role of the console or a policy that it holds: nothing else in IAM decides it. With
    the console's own credentials (*ambient*) there is no role to ask about: docs/changes.md says so.
    """

    name = "stays_in_charge"

    def look(self, aws_account: AwsAccount, steps: Sequence[PlannedStep]) -> list[PlanFinding]:
        holders = roles_with(aws_account, steps)
        touched = {arn for arns in holders.values() for arn in arns}
        touched |= {arn for step in steps for kind, arn in objects(step) if kind == "iam.role"}
        roles: dict[Tier, str] = {"read": aws_account.read_role_arn, "write": aws_account.write_role_arn}
        return [
            finding
            for tier, arn in roles.items()
            if arn and arn in touched
            for finding in _findings(aws_account, tier, arn, steps)
        ]


def _findings(aws_account: AwsAccount, tier: Tier, arn: str, steps: Sequence[PlannedStep]) -> Iterator[PlanFinding]:
    holder = holder_of(aws_account, caller_of(arn))
    if holder is None or holder.not_read:
        yield _unknown(tier, "the mirror doesn’t hold all of its role’s policies", ["policies"])
        return
    after = policies_after_plan(aws_account, holder, steps)
    if after.unknown_effects:
        yield _unknown(tier, f"the engine can’t tell {some(after.unknown_effects)}", after.unknown_effects)
        return
    lost, perhaps = _compared(aws_account, tier, holder, after)
    if lost:
        words = f"After this plan the console could no longer {tier} here: it would lack {some(lost, shown=_SHOWN)}."
        yield PlanFinding("LOCKS_OUT", "protected", words, about=(tier, *lost))
    if perhaps:
        yield _unknown(tier, f"of {some(perhaps, shown=_SHOWN)} it can’t be told", perhaps)


def _unknown(tier: Tier, why: str, of: Sequence[str]) -> PlanFinding:
    words = f"Whether the console could still {tier} here isn’t known: {why}."
    return PlanFinding("MAY_LOCK_OUT", "warning", words, about=(tier, *of))


def _compared(
    aws_account: AwsAccount, tier: Tier, holder: Holder, after: PoliciesAfterPlan
) -> tuple[list[str], list[str]]:
    """The actions that the console's role has before and not after: surely, and perhaps."""
    lost, perhaps = _entering(aws_account, tier, holder, after.trust)
    around = surroundings_of(aws_account.account_id)
    then = Layers(holder.policies, (holder.boundary,) if holder.boundary else None, scps=around.scps)
    now = Layers(after.policies, (after.boundary,) if after.boundary else None, scps=around.scps)
    unknown = UnknownContextKeys(holder.caller, holder)
    for permission in sorted(permissions_of(tier), key=_is_named_later):
        resource = _example(aws_account, permission)
        request = Request(holder.caller, permission.action, resource, aws_account.account_id, {}, unknown)
        rcps = around.rcps if is_bound_by_rcps(permission.action) else ()
        had, has = (evaluate(request, replace(layers, rcps=rcps)).decision for layers in (then, now))
        _note(permission.action, had, has, lost, perhaps)
    return lost, perhaps


def _entering(
    aws_account: AwsAccount, tier: Tier, holder: Holder, trust: LayerPolicy | None
) -> tuple[list[str], list[str]]:
    """Which identity the console has isn't known: it is one of those whom the trust lets in before the plan."""
    lost: list[str] = []
    perhaps: list[str] = []
    if trust == holder.trust:
        return lost, perhaps
    callers = _trusted(aws_account, holder.arn)
    for action in _ENTERS[tier]:
        before = [caller for caller in callers if _lets_in(aws_account, action, holder, caller, holder.trust)]
        after = [caller for caller in before if _lets_in(aws_account, action, holder, caller, trust)]
        if not after:
            (lost if before else perhaps).append(action)
        elif len(after) < len(before):
            perhaps.append(action)
    return lost, perhaps


def _trusted(aws_account: AwsAccount, role_arn: str) -> list[Caller]:
    """Those whom its trust names; for a whole AWS account somebody in it."""
    role = IamRole.objects.live().filter(aws_account=aws_account, arn=role_arn).first()
    principals = role.trusted if role else []
    return [caller for each in principals if each["type"] == "AWS" for caller in _caller(each["value"])]


def _caller(value: str) -> Iterator[Caller]:
    account_id = value if value.isdigit() else account_in(value) if value.endswith(":root") else ""
    try:
        yield caller_of(f"arn:aws:iam::{account_id}:role/{_NOBODY}" if account_id else value)
    except ValueError:
        return


def _lets_in(aws_account: AwsAccount, action: str, holder: Holder, caller: Caller, trust: LayerPolicy | None) -> bool:
    context = {"sts:externalid": (aws_account.external_id,)} if aws_account.external_id else {}
    request = Request(caller, action, holder.arn, aws_account.account_id, context, lambda key: True)
    decision = evaluate(request, Layers((EVERYTHING,), resource=trust)).decision
    return decision in _MAY


# ---- The same of other control policies above the AWS account ------------------------------------------------
def lost_within(
    aws_account: AwsAccount, tier: Tier, arn: str, before: Surroundings, after: Surroundings
) -> tuple[list[str], list[str]]:
    """The actions that the console's role has within `before` and not within `after`: surely, and perhaps."""
    holder = holder_of(aws_account, caller_of(arn))
    if holder is None or holder.not_read:
        return [], ["what its role may do"]
    lost: list[str] = []
    perhaps: list[str] = []
    own = Layers(holder.policies, (holder.boundary,) if holder.boundary else None)
    unknown = UnknownContextKeys(holder.caller, holder)
    for permission in sorted(permissions_of(tier), key=_is_named_later):
        resource = _example(aws_account, permission)
        request = Request(holder.caller, permission.action, resource, aws_account.account_id, {}, unknown)
        had, has = (evaluate(request, _within(own, each, permission.action)).decision for each in (before, after))
        _note(permission.action, had, has, lost, perhaps)
    return lost, perhaps


def entering_within(
    aws_account: AwsAccount, tier: Tier, arn: str, before: Surroundings, after: Surroundings
) -> tuple[list[str], list[str]]:
    """The same of how the console gets in: resource control policies may deny those whom the role trusts."""
    lost: list[str] = []
    perhaps: list[str] = []
    holder = holder_of(aws_account, caller_of(arn))
    if holder is None or before.rcps == after.rcps:
        return lost, perhaps
    own = Layers((EVERYTHING,), resource=holder.trust)
    context = {"sts:externalid": (aws_account.external_id,)} if aws_account.external_id else {}
    for action in _ENTERS[tier]:
        for caller in _trusted(aws_account, holder.arn):
            request = Request(caller, action, holder.arn, aws_account.account_id, context, lambda key: True)
            had, has = (
                evaluate(request, replace(own, rcps=each.rcps if is_bound_by_rcps(action) else ())).decision
                for each in (before, after)
            )
            _note(action, had, has, lost, perhaps)
    return list(dict.fromkeys(lost)), list(dict.fromkeys(perhaps))


def _within(own: Layers, around: Surroundings, action: str) -> Layers:
    return replace(own, scps=around.scps, rcps=around.rcps if is_bound_by_rcps(action) else ())


def _note(action: str, had: Decision, has: Decision, lost: list[str], perhaps: list[str]) -> None:
    if had not in _MAY or has in (had, Decision.ALLOWED):
        return
    surely = had is Decision.ALLOWED and has is not Decision.UNKNOWN
    (lost if surely else perhaps).append(action)


def _is_named_later(permission: Permission) -> bool:
    """First comes how it looks at IAM's objects: without that it does nothing here."""
    return not permission.action.startswith("iam:Get")


def _example(aws_account: AwsAccount, permission: Permission) -> str:
    """An object that a call may be about; "*" for what is about none in particular."""
    if permission.on:
        return permission.on.nobodys(aws_account)
    kinds = ("User", "Group", "Role", "Policy") if permission.action.startswith("iam:Get") else ()
    kind = next((kind for kind in kinds if kind in permission.action), "")
    return f"arn:{aws_account.partition}:iam::{aws_account.account_id}:{kind.lower()}/{_NOBODY}" if kind else "*"


# ---- What one role holds after the steps of a plan, by what each step says that it changes -------------------
# They alter nothing about what a session that begins after them may do.
_NO_MATTER = frozenset(
    {
        "iam.role.update",
        "iam.role.revoke_sessions",
        "iam.instance_profile.add_role",
        "iam.instance_profile.remove_role",
    }
)


@dataclass(frozen=True)
class PoliciesAfterPlan:
    """`unknown_effects`: what isn't known, in words."""

    policies: tuple[LayerPolicy, ...] = ()
    boundary: LayerPolicy | None = None
    trust: LayerPolicy | None = None
    unknown_effects: tuple[str, ...] = ()


def policies_after_plan(aws_account: AwsAccount, holder: Holder, steps: Sequence[PlannedStep]) -> PoliciesAfterPlan:
    key = f"iam.role:{holder.arn}"
    if any(step.deletes == key for step in steps):
        return PoliciesAfterPlan()
    steps = [step for step in steps if step.kind not in _NO_MATTER]
    access_changes = [
        described for step in steps for described in step.operation.access_changes(aws_account, step.params)
    ]
    holdings = read_holdings(aws_account, access_changes)
    unknown_effects = tuple(_unknown_effects(aws_account, holder, steps))
    if holder.arn not in holdings.owners:
        return PoliciesAfterPlan(holder.policies, holder.boundary, holder.trust, unknown_effects)
    holdings.apply_all(access_changes)
    combination = holdings.combination(holder.arn)
    trust = compiled(holdings.owners[holder.arn].trust)
    return PoliciesAfterPlan(
        tuple(LayerPolicy("", compiled(text)) for text in sorted(combination.documents)),
        None if combination.boundary is None else LayerPolicy("", compiled(combination.boundary)),
        holder.trust if holder.trust and holder.trust.document is trust else LayerPolicy("", trust),
        (*unknown_effects, *(f"what {arn} says" for arn in sorted(combination.lacks))),
    )


def _unknown_effects(aws_account: AwsAccount, holder: Holder, steps: Sequence[PlannedStep]) -> Iterator[str]:
    """Steps on the role that say of nothing that they alter it."""
    for step in steps:
        if ("iam.role", holder.arn) in objects(step) and not step.operation.access_changes(aws_account, step.params):
            yield step.operation.title(step.params)


def register() -> None:
    checks.register(ProtectedRoles())
    checks.register(ConsoleLockoutCheck())
