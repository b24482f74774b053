"""Who can become an administrator, found by doing it: each move on concrete resources, and what comes of it.

It knows the account by plain sets, asks the evaluator of whole requests, and shares nothing with the search. Moves that
may take something away (an older version, leaving a group, …) are tried in every order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from policies.engine.callers import caller_of
from policies.engine.combine import Decision
from policies.engine.compiled import CompiledDocument
from policies.engine.evaluate import ControlPolicyLevel, LayerPolicy, Layers, Request, evaluate
from tests.access.mirrored import ID, arn
from tests.services.statements import document

ALL = "everything"  # the name of the policy AdministratorAccess, and of inline policies that allow everything
REGIONS = ("us-east-1", "eu-west-1", "ap-south-1")
FUNCTIONS = ("any", "app-1", "x")
NEW = ("any", "app-1")
CREDENTIALS = ("iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile")
RUNS = (
    "lambda:InvokeFunction",
    "lambda:AddPermission",
    "lambda:CreateFunctionUrlConfig",
    "lambda:CreateEventSourceMapping",
)
ADMINISTRATOR_ACCESS = "arn:aws:iam::aws:policy/AdministratorAccess"

Statements = tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Principal:
    """`attached`: names of managed policies; `inline`: names of documents. `trust` is None of users."""

    attached: frozenset[str] = frozenset()
    inline: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    boundary: str | None = None
    trust: str | None = None
    tags: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class World:
    """By ARN. `versions`: of managed policies the names of their documents, the one in force first."""

    principals: Mapping[str, Principal]
    groups: Mapping[str, Principal]
    versions: Mapping[str, tuple[str, ...]]
    documents: Mapping[str, Statements]
    scps: tuple[str, ...] = ()
    controlled: frozenset[str] = frozenset()
    functions: frozenset[tuple[str, str]] = frozenset()  # ARN of a function, and of the role that it runs as
    compiled: dict[str, CompiledDocument] = field(default_factory=dict)

    @property
    def key(self) -> Any:
        return (
            self.controlled,
            self.functions,
            tuple(sorted(self.principals.items(), key=lambda each: each[0])),
            tuple(sorted(self.groups.items(), key=lambda each: each[0])),
            tuple(sorted(self.versions.items())),
        )

    # ---- What may be done ------------------------------------------------------------------------------------
    def document(self, name: str) -> CompiledDocument:
        if name not in self.compiled:
            self.compiled[name] = CompiledDocument(document(*self.documents[name]))
        return self.compiled[name]

    def policies(self, principal: Principal) -> Iterator[LayerPolicy]:
        for each in (principal, *(self.groups[group] for group in sorted(principal.groups))):
            names = [self.versions[name][0] for name in sorted(each.attached)] + sorted(each.inline)
            yield from (LayerPolicy(name, self.document(name)) for name in names)

    def may(
        self, who: str, action: str, resource: str, region: str | None = "us-east-1", **context: str | None
    ) -> bool:
        principal = self.principals[who]
        known = {key.replace("_", ":", 1): (value,) for key, value in context.items() if value is not None}
        known |= {f"aws:principaltag/{key}": (value,) for key, value in principal.tags}
        target = self.principals.get(resource)
        assumed = target.trust if target and action == "sts:AssumeRole" else None
        boundary = principal.boundary and LayerPolicy("", self.document(self.versions[principal.boundary][0]))
        layers = Layers(
            identity=tuple(self.policies(principal)),
            boundaries=(boundary,) if boundary else None,
            resource=LayerPolicy("trust", self.document(assumed)) if assumed else None,
            scps=tuple(ControlPolicyLevel(name, (LayerPolicy(name, self.document(name)),)) for name in self.scps),
        )
        request = Request(caller_of(who), action, resource, ID, {"aws:requestedregion": (region or "",), **known})
        return evaluate(request, layers).decision is Decision.ALLOWED

    def is_administrator(self, who: str) -> bool:
        unbound = replace(self, scps=())
        return (
            any(unbound.may(who, "anything:Anything", "*", region) for region in REGIONS)
            and self.may(who, "iam:AttachRolePolicy", arn("role/anybody"), iam_policyarn=ADMINISTRATOR_ACCESS)
            and self.may(who, "iam:PutUserPolicy", arn("user/anybody"))
        )

    # ---- What comes of it ------------------------------------------------------------------------------------
    def with_principal(self, who: str, **changes: Any) -> World:
        return replace(self, principals={**self.principals, who: replace(self.principals[who], **changes)})

    def with_group(self, group: str, **changes: Any) -> World:
        return replace(self, groups={**self.groups, group: replace(self.groups[group], **changes)})

    def controlling(self, who: str) -> World:
        return replace(self, controlled=self.controlled | {who})

    def moves(self) -> Iterator[World]:
        for actor in sorted(self.controlled):
            for who, principal in self.principals.items():
                yield from self._on_principal(actor, who, principal)
            for group in self.groups:
                yield from self._on_group(actor, group)
            for name in self.versions:
                yield from self._on_policy(actor, name)
            yield from self._new(actor)
            yield from self._functions(actor)

    def _on_principal(self, actor: str, who: str, principal: Principal) -> Iterator[World]:
        kind = "User" if principal.trust is None else "Role"
        limit = principal.boundary

        def may(action: str, **context: str | None) -> bool:
            return self.may(actor, f"iam:{action}", who, **{"iam_permissionsboundary": limit, **context})

        if kind == "User" and any(self.may(actor, action, who) for action in CREDENTIALS):
            yield self.controlling(who)
        if kind == "Role" and may("UpdateAssumeRolePolicy"):
            yield self.controlling(who)
        if kind == "Role" and any(self.may(actor, "sts:AssumeRole", who, region) for region in REGIONS):
            yield self.controlling(who)
        if may(f"Attach{kind}Policy", iam_policyarn=ADMINISTRATOR_ACCESS) or may(f"Put{kind}Policy"):
            yield self.with_principal(who, inline=principal.inline | {ALL})
        for name, versions in self.versions.items():
            is_worth_it = self.documents[versions[0]] == self.documents[ALL] and name not in principal.attached
            if is_worth_it and may(f"Attach{kind}Policy", iam_policyarn=name):
                yield self.with_principal(who, attached=principal.attached | {name})
        if limit and (
            may(f"Delete{kind}PermissionsBoundary")
            or may(f"Put{kind}PermissionsBoundary", iam_permissionsboundary=ADMINISTRATOR_ACCESS)
        ):
            yield self.with_principal(who, boundary=None)
        if may(f"Detach{kind}Policy"):
            for name in principal.attached:
                yield self.with_principal(who, attached=principal.attached - {name})
        if may(f"Delete{kind}Policy"):
            for name in principal.inline - {ALL}:
                yield self.with_principal(who, inline=principal.inline - {name})

    def _on_group(self, actor: str, group: str) -> Iterator[World]:
        def may(action: str, **context: str | None) -> bool:
            return self.may(actor, f"iam:{action}", group, **context)

        of_group = self.groups[group]
        if may("AttachGroupPolicy", iam_policyarn=ADMINISTRATOR_ACCESS) or may("PutGroupPolicy"):
            yield self.with_group(group, inline=of_group.inline | {ALL})
        if may("DetachGroupPolicy"):
            for name in of_group.attached:
                yield self.with_group(group, attached=of_group.attached - {name})
        if may("DeleteGroupPolicy"):
            for name in of_group.inline - {ALL}:
                yield self.with_group(group, inline=of_group.inline - {name})
        users = [(who, each) for who, each in self.principals.items() if each.trust is None]
        for who, each in users:
            if group not in each.groups and may("AddUserToGroup"):
                yield self.with_principal(who, groups=each.groups | {group})
            if group in each.groups and may("RemoveUserFromGroup"):
                yield self.with_principal(who, groups=each.groups - {group})

    def _on_policy(self, actor: str, name: str) -> Iterator[World]:
        versions = self.versions[name]
        if self.may(actor, "iam:CreatePolicyVersion", name):
            yield replace(self, versions={**self.versions, name: (ALL, *(each for each in versions if each != ALL))})
        if self.may(actor, "iam:SetDefaultPolicyVersion", name):
            for each in versions[1:]:
                others = tuple(sorted(set(versions) - {each}))
                yield replace(self, versions={**self.versions, name: (each, *others)})

    def _new(self, actor: str) -> Iterator[World]:
        limits = {None, *(each.boundary for each in self.principals.values())}
        for name in NEW:
            for limit in limits:
                context = {"iam_permissionsboundary": limit}
                user, role = arn(f"user/{name}"), arn(f"role/{name}")
                if user not in self.principals and self.may(actor, "iam:CreateUser", user, **context):
                    yield replace(self, principals={**self.principals, user: Principal(boundary=limit)})
                if role not in self.principals and self.may(actor, "iam:CreateRole", role, **context):
                    made = Principal(boundary=limit, trust="nobody")
                    yield replace(self, principals={**self.principals, role: made}).controlling(role)

    def _functions(self, actor: str) -> Iterator[World]:
        for region in REGIONS:
            for name in FUNCTIONS:
                function = f"arn:aws:lambda:{region}:{ID}:function:{name}"
                yield from self._function(actor, function, region)

    def _function(self, actor: str, function: str, region: str) -> Iterator[World]:
        service = "lambda.amazonaws.com"
        for role, principal in self.principals.items():
            makes = principal.trust == "lambda" and self.may(actor, "lambda:CreateFunction", function, region)
            # In which Region a role is passed isn't documented: in any.
            if makes and all(
                self.may(actor, "iam:PassRole", role, where, iam_passedtoservice=service) for where in REGIONS
            ):
                yield replace(self, functions=self.functions | {(function, role)})
        for there, role in self.functions:
            if there == function and any(self.may(actor, action, function, region) for action in RUNS):
                yield self.controlling(role)


class TooMany(Exception):
    """There are more states than one can try."""


def can_become_administrator(world: World, who: str, *, most: int) -> bool:
    """Raises TooMany."""
    waiting = [replace(world, controlled=frozenset({who}))]
    seen = {waiting[0].key}
    while waiting:
        state = waiting.pop()
        if any(state.is_administrator(each) for each in state.controlled):
            return True
        for following in state.moves():
            if following.key not in seen:
                seen.add(following.key)
                waiting.append(following)
        if len(seen) > most:
            raise TooMany
    return False
