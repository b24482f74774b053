"""Centralised root access of an organization, one feature a step. The part is {"on": whether it is switched on}."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from identities.account.settings import BARRIERS, FEATURES, REMEDIES, RootFeature
from identities.models import IamAccount
from identities.operations.settings import NoParams, SettingOperation
from policies.organizations.selectors import organization_of
from sync.checks import PlanFinding
from sync.mirror import Content
from sync.operations import Call, StepSpec, Value
from sync.plan_draft import Draft

_NOTES = {
    ("RootCredentialsManagement", True): (
        "Nothing changes in the member accounts by itself: their root credentials stay until they are deleted. Member "
        "accounts made from now on have none. To give some back takes privileged root actions, too."
    ),
    ("RootCredentialsManagement", False): (
        "Root credentials that were deleted don't come back by it, and can't be given back from the management account "
        "while it is off. New member accounts have a root user whose password can be set by e-mail."
    ),
    ("RootSessions", True): (
        "Whom a policy in the management account allows sts:AssumeRoot can act as root in every member account, within "
        "AWS's few tasks, for 15 minutes at most. Look who that is before you apply."
    ),
    ("RootSessions", False): (
        "Nobody can act as root in member accounts from outside any more. Where root credentials were deleted, nobody "
        "can do so at all, or recover the password, until it is on again."
    ),
}


class SwitchRootFeature(SettingOperation[NoParams]):
    """One class makes the operations that switch each feature on and off."""

    facet = "root_access"
    needed_for = "Let an organization manage the root users of its member accounts."
    params_type = NoParams
    kind: str  # type: ignore[misc]  # of the instance

    def __init__(self, feature: RootFeature, *, on: bool) -> None:
        self.feature, self.on = feature, on
        self.kind = _kind(feature, on=on)
        self.aws_operation = f"{'Enable' if on else 'Disable'}{feature.call}"

    def title(self, p: NoParams) -> str:
        return f"Switch {_word(self.on)} centralised root access: {self.feature.title.lower()}"

    def note(self, p: NoParams) -> str:
        return _NOTES[self.feature.name, self.on]

    def calls(self, p: NoParams) -> list[Call]:
        return self.call()

    def part(self, p: NoParams) -> str:
        return f"{super().part(p)}.{self.feature.word}"

    def describe(self, value: Value) -> str:
        return f"switched {_word(value['on'])}"

    def held(self, settings: IamAccount) -> Value:
        return self.parse_part(settings.root_access)

    def parse_part(self, content: Content) -> Value:
        return {"on": self.feature.name in content["features"]}

    def after(self, p: NoParams, value: Value) -> Value:
        return {"on": self.on}

    def limits(self, draft: Draft, p: NoParams, value: Value) -> list[PlanFinding]:
        if not self.on:
            return []
        barrier = IamAccount.objects.get(aws_account=draft.aws_account).root_access["barrier"]
        if barrier:
            return [
                PlanFinding("ROOT_ACCESS_BARRED", "error", f"AWS refuses it: {BARRIERS[barrier]}. {REMEDIES[barrier]}")
            ]
        organization = organization_of(draft.aws_account)
        if organization is None or organization.management_id == draft.aws_account.account_id:
            return []
        words = (
            f"AWS may refuse it here: it is the management account, {organization.management_id}, that switches it on."
        )
        return [PlanFinding("NOT_MANAGEMENT_ACCOUNT", "warning", words, about=(organization.management_id,))]

    def reverse(self, p: NoParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [switch_root_feature(self.feature, on=before["on"])]


def _word(on: bool) -> str:
    return "on" if on else "off"


def _kind(feature: RootFeature, *, on: bool) -> str:
    return f"iam.org.{feature.word}.{'enable' if on else 'disable'}"


def switch_root_feature(feature: RootFeature, *, on: bool) -> StepSpec:
    return StepSpec(_kind(feature, on=on), {})


SWITCHES = tuple(SwitchRootFeature(feature, on=on) for feature in FEATURES.values() for on in (True, False))
