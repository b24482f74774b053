"""Users with policies of their own, and what AWS makes of the steps: by plain sets, request by request.

It shares nothing with what the page compares but the evaluator of one request.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from access.plans.holdings import Owner, PrincipalHoldings
from accounts.models import AwsAccount
from guides.groups.direct import DirectPolicies, DirectUser, GivingGroup, InlineText, token_of
from identities.models import IamGroup, IamUser
from policies.engine.callers import caller_of
from policies.engine.compiled import compiled
from policies.engine.document import identify
from policies.engine.evaluate import Decision, LayerPolicy, Layers, Request, evaluate
from sync.operations import StepSpec
from tests.access.mirrored import ID, arn

LAKE, NOTES = "arn:aws:s3:::lake", "arn:aws:s3:::notes"
_RESOURCES = (
    *(f"{LAKE}/a", f"{LAKE}/private/a", f"{NOTES}/u0/a", f"{NOTES}/u1/a", f"{NOTES}/u2/a"),
    *(f"{NOTES}/${{aws:username}}/a", arn("q", "sqs"), arn("user/u0")),
)
_ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "sqs:SendMessage", "sqs:ReceiveMessage", "iam:GetUser")
REQUESTS = list(product((*_ACTIONS, "iam:DeleteUser"), _RESOURCES, (None, "true", "false")))
_decided: dict[Any, list[Decision]] = {}


@dataclass
class Held:
    """What a user or group has: names of managed policies, texts of inline ones by name."""

    attached: set[str] = field(default_factory=set)
    inline: dict[str, str] = field(default_factory=dict)
    groups: set[str] = field(default_factory=set)
    boundary: str = ""


@dataclass
class MovedWorld:
    """By ARN. `texts`: of managed policies."""

    owners: dict[str, Held]
    texts: dict[str, str]

    @property
    def users(self) -> list[str]:
        return [name for name in self.owners if ":user/" in name]

    # ---- As AWS carries out a step -------------------------------------------------------------------------------
    def after(self, steps: list[StepSpec]) -> Iterator[MovedWorld]:
        """After each step."""
        now = copy.deepcopy(self)
        for step in steps:
            now.carry_out(step.kind, step.params)
            yield copy.deepcopy(now)

    def carry_out(self, kind: str, params: Mapping[str, Any]) -> None:
        match kind:
            case "iam.policy.create":
                assert params["arn"] not in self.texts
                self.texts[params["arn"]] = params["document"]
            case "iam.group.create":
                assert params["arn"] not in self.owners
                self.owners[params["arn"]] = Held()
            case "iam.group.attach":
                assert params["policy_arn"] in self.texts
                self.owners[params["arn"]].attached.add(params["policy_arn"])
            case "iam.group.add_user":
                assert params["group_arn"] in self.owners
                self.owners[params["user_arn"]].groups.add(params["group_arn"])
            case "iam.user.detach":
                self.owners[params["arn"]].attached.remove(params["policy_arn"])
            case "iam.user.inline.delete":
                del self.owners[params["arn"]].inline[params["policy"]]
            case _:
                raise AssertionError(kind)

    # ---- Who may do what -----------------------------------------------------------------------------------------
    def decisions(self, user: str) -> list[Decision]:
        """Of each of REQUESTS. They hang on the documents alone."""
        held = self.owners[user]
        texts = frozenset(text for name in (user, *held.groups) for text in self._texts_of(self.owners[name]))
        boundary = self.texts[held.boundary] if held.boundary else None
        if (user, texts, boundary) not in _decided:
            layers = Layers(
                identity=tuple(LayerPolicy("", compiled(text)) for text in texts),
                boundaries=None if boundary is None else (LayerPolicy("", compiled(boundary)),),
            )
            _decided[user, texts, boundary] = [self._asked(user, layers, *request) for request in REQUESTS]
        return _decided[user, texts, boundary]

    def _texts_of(self, held: Held) -> list[str]:
        return [*(self.texts[name] for name in held.attached), *held.inline.values()]

    def _asked(self, user: str, layers: Layers, action: str, resource: str, mfa: str | None) -> Decision:
        context = {"aws:multifactorauthpresent": (mfa,)} if mfa else {}
        return evaluate(Request(caller_of(user), action, resource, ID, context), layers).decision

    # ---- As the page has it ----------------------------------------------------------------------------------------
    def holdings(self) -> PrincipalHoldings:
        owners = {
            name: Owner(name, name, set(held.attached), dict(held.inline), set(held.groups), held.boundary)
            for name, held in self.owners.items()
        }
        return PrincipalHoldings(owners, dict(self.texts))

    def direct(self, aws_account: AwsAccount) -> DirectPolicies:
        groups = {
            number: GivingGroup(_row(IamGroup, aws_account, name, number), [*self._given(self.owners[name])])
            for number, name in enumerate(sorted(set(self.owners) - set(self.users)), start=1)
        }
        numbers = {each.group.arn: number for number, each in groups.items()}
        texts: dict[str, InlineText] = {}
        users = []
        for number, name in enumerate(self.users, start=1):
            held = self.owners[name]
            inline = {called: _token(text) for called, text in held.inline.items()}
            for called, text in held.inline.items():
                texts.setdefault(_token(text), InlineText(_token(text), text, (called,)))
            joined = {numbers[group] for group in held.groups}
            users.append(DirectUser(_row(IamUser, aws_account, name, number), set(held.attached), inline, joined))
        return DirectPolicies(users, groups, texts, {})

    def _given(self, held: Held) -> Iterator[frozenset[str]]:
        yield from (frozenset({name, _token(self.texts[name])}) for name in held.attached)
        yield from (frozenset({_token(text)}) for text in held.inline.values())


def _token(text: str) -> str:
    return token_of(identify(text).canonical_hash)


def _row(model: Any, aws_account: AwsAccount, named: str, number: int) -> Any:
    name = named.rpartition("/")[2]
    return model(pk=number, aws_account=aws_account, arn=named, aws_id=named, name=name, name_key=name.casefold())


def spaced(text: str) -> str:
    """The same document, written otherwise."""
    return json.dumps(json.loads(text), indent=1)
