"""Sessions: whether the pool tracks them, and how long an app takes another one's for a sign-in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from cognito.pools.actions.base import PoolObjectForm, SettingsForm
from cognito.pools.operations.merging import at
from cognito.pools.operations.shapes import CLIENT_SESSIONS, SESSIONS
from sync.operations import StepSpec

# API reference: UserPoolTokenSessionConfigType and ClientSSOSessionConfigType.
_MOST, _USUAL = 100, 20
_LONGEST_MIN, _USUAL_MIN = 129_600, 60


class SessionsForm(SettingsForm):
    of = SESSIONS
    heading = "Sessions of {names}"
    about = "Where they are tracked, AWS tells which sessions a person has open, and each can be ended by itself."
    tracked = forms.BooleanField(label="Sessions are tracked", required=False)
    most = forms.IntegerField(
        label="Sessions at once",
        min_value=1,
        max_value=_MOST,
        help_text="Of one person. Who has as many loses the one used longest ago when they sign in again.",
    )

    def initially(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "tracked": settings.get("UserSessionTracking") == "ENABLED",
            "most": at(settings, "TokenSession.MaxPerUser") or _USUAL,
        }

    def changes(self) -> dict[str, Any]:
        return {
            "UserSessionTracking": "ENABLED" if self.cleaned_data["tracked"] else "DISABLED",
            "TokenSession.MaxPerUser": self.cleaned_data["most"],
        }


class ClientSessionsForm(PoolObjectForm):
    of = CLIENT_SESSIONS
    heading = "Sessions of {one}"
    about = "Whoever signed in on Cognito’s own pages for another app gets into this one without being asked again."
    minutes = forms.IntegerField(
        label="So many minutes long",
        min_value=0,
        max_value=_LONGEST_MIN,
        help_text="From when they last proved who they are; 90 days at most. 0: they are always asked.",
    )

    def initially(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        minutes = at(settings, "SSOSession.MaxValidityMinutes")
        return {"minutes": _USUAL_MIN if minutes is None else minutes}

    def all_steps(self) -> Sequence[StepSpec]:
        return self.update_one({"SSOSession.MaxValidityMinutes": self.cleaned_data["minutes"]})
