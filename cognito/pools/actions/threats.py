"""Threat protection: what the pool does, and what one app client does instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from cognito.pools.actions.base import PoolObjectForm, SettingsForm, by_member
from cognito.pools.operations import update
from cognito.pools.operations.merging import at, merged
from cognito.pools.operations.shapes import CLIENT_RISK, RISK
from sync.operations import StepSpec

_STOLEN = "CompromisedCredentialsRiskConfiguration.Actions.EventAction"
_POOLS, _OWN = "pool", "own"


class StolenPasswords(forms.Form):
    compromised = forms.ChoiceField(
        label="A password that is known to be stolen",
        choices=[("BLOCK", "Is refused"), ("NO_ACTION", "Is noted")],
    )


class RiskForm(StolenPasswords, SettingsForm):
    of = RISK
    heading = "Threat protection of {names}"
    about = "What happens when a password is known to be stolen. What was set of account takeover stays as it is."

    def initially(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        return {"compromised": at(settings, _STOLEN) or "NO_ACTION"}

    def changes(self) -> dict[str, Any]:
        return {_STOLEN: self.cleaned_data["compromised"]}


class ClientRiskForm(StolenPasswords, PoolObjectForm):
    of = CLIENT_RISK
    heading = "Threat protection of {one}"
    about = (
        "An app client has what the pool has, or all of its own. Its own takes over what the pool has now of account "
        "takeover and of addresses, and doesn’t follow the pool any more. The password below counts for its own only."
    )
    holds = forms.ChoiceField(
        label="Which settings apply", choices=[(_POOLS, "As the pool"), (_OWN, "Its own")], widget=forms.RadioSelect
    )
    field_order = ("holds", "compromised")

    @property
    def begins_with(self) -> dict[str, Any]:
        return self.held or RISK.payload(self.pool.risk or {})

    def initially(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "holds": _OWN if settings else _POOLS,
            "compromised": at(self.begins_with, _STOLEN) or "NO_ACTION",
        }

    def all_steps(self) -> Sequence[StepSpec]:
        if self.cleaned_data["holds"] == _OWN:
            own = merged(self.begins_with, {_STOLEN: self.cleaned_data["compromised"]})
            return self.update_one(by_member(self.held, own))
        nothing = dict.fromkeys(self.held)
        return [update(self.of, self.pool.arn, self.row.name, nothing, self.key)] if nothing else []
