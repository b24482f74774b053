"""Threat protection that one app client has instead of its pool's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from cognito.pools.actions.base import ObjectSettingsForm, by_member
from cognito.pools.operations import update
from cognito.pools.operations.shapes import CLIENT_RISK, RISK
from cognito.pools.settings import threats
from cognito.setting_paths import merged
from sync.operations import StepSpec

_POOLS, _OWN = "pool", "own"


class ClientRiskForm(ObjectSettingsForm):
    """A client without settings of its own follows the pool; its own begin with the pool's."""

    of = CLIENT_RISK
    group = threats.CLIENT_RISK
    holds = forms.ChoiceField(
        label="Which settings apply", choices=[(_POOLS, "As the pool"), (_OWN, "Its own")], widget=forms.RadioSelect
    )
    field_order = ("holds", "compromised")

    @property
    def own_or_pools(self) -> dict[str, Any]:
        return self.held or RISK.payload(self.pool.risk or {})

    def begins_with(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        return {"holds": _OWN if settings else _POOLS, **super().begins_with(self.own_or_pools)}

    def all_steps(self) -> Sequence[StepSpec]:
        if self.cleaned_data["holds"] == _OWN:
            return self.update_one(by_member(self.held, merged(self.own_or_pools, self.changes())))
        nothing = dict.fromkeys(self.held)
        return [update(self.of, self.pool.arn, self.row.name, nothing, self.key)] if nothing else []
