"""Each technique works where it may, and not on the wrong target, past a boundary, or past a control policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from access.escalation.paths import EscalationPath
from access.escalation.search import TECHNIQUES
from access.escalation.techniques import NeedResource, PermissionNeed, Technique, TechniqueGain, TechniqueTarget
from policies.engine import catalogue
from policies.engine.catalogue import takes_no_resource
from policies.engine.evaluate import LayerPolicy
from tests.access.escalating import ADMINISTRATOR, BOSS, EVE, EVERYTHING, FEDERATED, ROOT, found, who
from tests.access.mirrored import ID, OTHER, arn
from tests.services.statements import allow, deny, layer_policy

MINE, LIMIT, BOSSES = arn("policy/mine"), arn("policy/limit"), arn("group/bosses")
ELSEWHERE = arn("*/elsewhere")


UNDOING = (TechniqueGain.DETACHED, TechniqueGain.DELETED, TechniqueGain.LEAVING)


class Scene:
    """Eve, with what the technique takes and no more, and whom she turns it on.

    What is turned on a user is turned on herself; on a role, on one that she may assume. On what is new or changed by
    it she may do the rest.
    """

    def __init__(self, technique: Technique, actions: Sequence[str]) -> None:
        self.technique, self.actions = technique, actions
        self.service = technique.service
        kind = technique.provider.value if technique.provider else ""
        self.provider = f"arn:aws:iam::{ID}{kind}idp.example.com"
        self.is_control = technique.gains is TechniqueGain.CONTROL
        self.boss = arn("user/boss") if technique.target is TechniqueTarget.USER else BOSS
        self.boundary: LayerPolicy | None = None
        self.scp: list[dict[str, Any]] = []
        self.resource = ""  # in place of the target
        self.target = {
            TechniqueTarget.USER: self.boss if self.is_control else EVE,
            TechniqueTarget.GROUP: BOSSES,
            TechniqueTarget.POLICY: MINE,
            TechniqueTarget.NEW_USER: arn("user/any"),
            TechniqueTarget.NEW_ROLE: arn("role/any"),
        }.get(technique.target, BOSS)

    def _permissions(self) -> list[dict[str, Any]]:
        return [
            allow(action, "*" if takes_no_resource(action.lower()) else self._resource(need))
            for need, action in zip(self.technique.needs, self.actions, strict=True)
        ]

    def _resource(self, need: PermissionNeed) -> str:
        if need.on is NeedResource.ANY:
            return need.resource.format(p="aws", a=ID)
        return self.resource or (self.provider if need.on is NeedResource.PROVIDER else self.target)

    def paths(self) -> list[EscalationPath]:
        on_role = self.technique.target is TechniqueTarget.ROLE and not self.is_control
        eve, boss = ([], self._before()) if on_role else (self._before(), [ADMINISTRATOR])
        group = self._of_group()
        in_group = (
            self.technique.target is TechniqueTarget.GROUP and self.technique.gains is not TechniqueGain.MEMBERSHIP
        )
        limit = (
            layer_policy(*self._permissions(), name=LIMIT)
            if self.technique.gains is TechniqueGain.NO_BOUNDARY
            else None
        )
        return found(
            who(
                EVE,
                layer_policy(*self._permissions(), name=MINE),
                *eve,
                *(group if in_group else []),
                boundary=self.boundary or (None if on_role else limit),
                groups=(BOSSES,) if in_group else (),
            ),
            who(
                self.boss,
                *boss,
                trusts=self._trusts(on_role),
                boundary=layer_policy(allow("s3:*"), name=LIMIT) if limit and on_role else None,
            ),
            scp=self.scp,
            groups={BOSSES: tuple(group)},
            older={MINE: (layer_policy(EVERYTHING, name=f"{MINE} v1"),)},
            identity_center=self.technique.target is TechniqueTarget.ACCOUNT,
        )

    def _before(self) -> list[LayerPolicy]:
        """What makes an administrator of whoever has it, once the technique has done the rest."""
        if self.technique.target in (TechniqueTarget.NEW_USER, TechniqueTarget.NEW_ROLE):
            return [
                layer_policy(allow(["iam:PutUserPolicy", "iam:PutRolePolicy"], self.target), name="inline policy rest")
            ]
        if self.technique.gains in UNDOING:
            actions = [action for needed in self.technique.needs for action in needed.actions]
            power = layer_policy({"Effect": "Allow", "NotAction": actions, "Resource": "*"}, name=arn("policy/all"))
            return [power, *([] if self.technique.target is TechniqueTarget.GROUP else [self._denial()])]
        return [ADMINISTRATOR] if self.technique.gains is TechniqueGain.NO_BOUNDARY else []

    def _of_group(self) -> list[LayerPolicy]:
        if self.technique.gains is TechniqueGain.MEMBERSHIP:
            return [ADMINISTRATOR]
        return [self._denial()] if self.technique.gains in UNDOING else []

    def _denial(self) -> LayerPolicy:
        return layer_policy(
            deny(["iam:Put*", "iam:Attach*", "iam:Add*", "iam:Create*", "iam:Set*", "iam:Update*", "iam:*Boundary"]),
            name="inline policy no" if self.technique.gains is TechniqueGain.DELETED else arn("policy/no"),
        )

    def _trusts(self, on_role: bool) -> Any:
        if self.technique.provider:
            return {"Federated": self.provider}
        if self.technique.service:
            return {"Federated" if self.service.startswith("cognito-identity") else "Service": self.service}
        return {"AWS": EVE} if on_role else None

    def works(self) -> bool:
        return any(step.technique.name == self.technique.name for path in self.paths() for step in path.steps)


ALTERNATIVES = [
    pytest.param(
        technique,
        [need.actions[min(number, len(need.actions) - 1)] for need in technique.needs],
        id=f"{technique.name} {number}" if number else technique.name,
    )
    for technique in TECHNIQUES
    for number in range(max(len(need.actions) for need in technique.needs))
]


@pytest.mark.parametrize(("technique", "actions"), ALTERNATIVES)
def test_a_technique_works(technique: Technique, actions: list[str]) -> None:
    assert Scene(technique, actions).works()


@pytest.mark.parametrize(
    ("needed", "action"),
    [(needed, action) for each in TECHNIQUES for needed in each.needs for action in needed.actions],
)
def test_what_it_takes_is_asked_of_resources_that_the_action_has(needed: PermissionNeed, action: str) -> None:
    """As the Service Authorization Reference has them: a policy that names such resources is found, too."""
    assert catalogue.action(action)
    kinds = catalogue.resource_types(action)
    if needed.on is NeedResource.ANY and kinds:
        resource = needed.resource.format(p="aws", a=ID)
        assert resource != "*"
        assert any(catalogue.may_mean(resource, kind) for kind in kinds)


FIRST = [pytest.param(technique, id=technique.name) for technique in TECHNIQUES]


def scene(technique: Technique) -> Scene:
    return Scene(technique, [need.actions[0] for need in technique.needs])


@pytest.mark.parametrize(
    "technique", [each for each in TECHNIQUES if each.target is not TechniqueTarget.ACCOUNT], ids=lambda each: each.name
)
def test_not_on_the_wrong_target(technique: Technique) -> None:
    """A permission for something else; of what runs already, a role that no such service takes on."""
    found = scene(technique)
    if technique.supposes and technique.service:
        found.service = "backup.amazonaws.com"
    found.resource = ELSEWHERE
    assert not found.works()


@pytest.mark.parametrize("technique", FIRST)
def test_not_past_a_boundary(technique: Technique) -> None:
    found = scene(technique)
    found.boundary = layer_policy(allow("s3:*"), name=LIMIT)
    assert not found.works()


@pytest.mark.parametrize("technique", FIRST)
def test_not_past_a_control_policy(technique: Technique) -> None:
    found = scene(technique)
    found.scp = [deny(found.actions)]
    assert not found.works()


@pytest.mark.parametrize("technique", [each for each in TECHNIQUES if each.service], ids=lambda each: each.name)
def test_not_by_a_role_that_trusts_another_service(technique: Technique) -> None:
    found = scene(technique)
    found.service = "backup.amazonaws.com"
    assert not found.works()


@pytest.mark.parametrize("technique", FIRST)
def test_it_takes_every_permission(technique: Technique) -> None:
    for missing in range(len(technique.needs)):
        found = scene(technique)
        found.actions = ["s3:ListBucket" if each == found.actions[missing] else each for each in found.actions]
        assert not found.works()


PROVIDED = [each for each in TECHNIQUES if each.provider]


@pytest.mark.parametrize("technique", PROVIDED, ids=lambda each: each.name)
def test_not_by_a_role_that_trusts_no_such_provider(technique: Technique) -> None:
    found = scene(technique)
    for provider in (arn("saml-provider/other", account=OTHER), arn("oidc-provider/other", account=OTHER), ROOT):
        found.provider = provider
        assert not found.works()


@pytest.mark.parametrize(("condition", "expected"), [({}, 1), ({"StringEquals": {"idp.example.com:aud": "ours"}}, 0)])
def test_another_client_is_no_way_where_the_role_asks_for_whom_tokens_are(condition: Any, expected: int) -> None:
    provider = arn("oidc-provider/idp.example.com")
    statement = {"Effect": "Allow", "Principal": {"Federated": provider}, "Action": FEDERATED, "Condition": condition}
    target = replace(who(BOSS, layer_policy(EVERYTHING)), trust=layer_policy(statement, name="trust policy"))
    eve = who(EVE, layer_policy(allow("iam:AddClientIDToOpenIDConnectProvider", provider)))
    assert len(found(eve, target)) == expected


def test_whose_session_is_trusted_may_assume_the_role_if_it_is_called_so() -> None:
    dev, plain = arn("role/team/dev"), arn("role/plain")
    target = who(BOSS, ADMINISTRATOR, trusts={"AWS": f"arn:aws:sts::{ID}:assumed-role/dev/one"})
    [path] = found(who(dev, trusts={"AWS": ROOT}), who(plain, trusts={"AWS": ROOT}), target)
    assert (path.source, path.technique, path.steps[0].supposes) == (dev, "sts:AssumeRole", ("aws:userid",))
