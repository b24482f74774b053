"""The form of a guard rail: its mode, its parameters, and in which other AWS accounts it is set as well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from access.guard_rails.content import Mode, OverrideBy, RailContent
from access.guard_rails.rules import OWN, RailRule
from access.guard_rails.services import WantedRail
from accounts.models import AwsAccount
from sync.safeguards.scopes import Scope


class RailForm(forms.Form):
    """`scope`: where it is set. `others`: the AWS accounts, beside that, in which the operator may set one."""

    mode = forms.ChoiceField(
        choices=Mode.choices, widget=forms.RadioSelect, label="What becomes of a plan that is against it"
    )
    override = forms.ChoiceField(
        choices=OverrideBy.choices,
        label="Who may override it where it blocks",
        help_text="With a reason, never for a change of their own unless nobody else may decide.",
    )

    def __init__(
        self,
        *args: Any,
        rule: RailRule,
        scope: Scope,
        others: Sequence[AwsAccount] = (),
        content: RailContent | None = None,
        name: str = "",
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("initial", _initial(rule, content, name))
        super().__init__(*args, **kwargs)
        self.rule, self.scope = rule, scope
        self._before = rule.kept(content.parameters if content else {})
        self._others = {str(each.pk): each for each in others}
        for each in rule.parameters:
            if each.field_name not in self.fields:
                self.fields[each.field_name] = each.field()
        if others:
            self.fields["others"] = forms.MultipleChoiceField(
                choices=[(pk, str(each)) for pk, each in self._others.items()],
                widget=forms.CheckboxSelectMultiple,
                required=False,
                label="Set it in these AWS accounts, too",
            )
        self.fields["reason"] = forms.CharField(
            required=False, max_length=2_000, label="Reason", help_text="Kept with this version."
        )
        self.order_fields(["name", "mode", "override", *[each.field_name for each in rule.parameters]])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors:
            chosen = [self._others[pk] for pk in cleaned.get("others", ())]
            cleaned["rails"] = {each: self._rail(each, cleaned) for each in (self.scope, *chosen)}
        return cleaned

    def _rail(self, scope: Scope, cleaned: dict[str, Any]) -> WantedRail:
        """By what that AWS account has: the policies that it names are its own. One that is off needs none of them."""
        where = "" if scope == self.scope else f"{scope}: "
        parameters = {}
        for each in self.rule.parameters:
            field = each.field_name
            try:
                parameters[each.name] = each.read(cleaned[field], scope)
            except ValidationError as problem:
                if cleaned["mode"] == Mode.OFF and not where:
                    parameters[each.name] = self._before[each.name]
                    continue
                self.add_error(field if field in cleaned else None, [f"{where}{words}" for words in problem.messages])
                return _NONE
        content = RailContent(self.rule.name, Mode(cleaned["mode"]), OverrideBy(cleaned["override"]), parameters)
        return WantedRail(cleaned.get("name") or self.rule.title, content, cleaned["reason"])

    @property
    def rails(self) -> dict[Scope, WantedRail]:
        """Of a valid form, by where they are set: first its own."""
        found: dict[Scope, WantedRail] = self.cleaned_data["rails"]
        return found


_NONE = WantedRail("", RailContent("", Mode.OFF))


def _initial(rule: RailRule, content: RailContent | None, name: str) -> dict[str, Any]:
    kept = rule.kept(content.parameters if content else {})
    shown = {each.field_name: each.shown(kept[each.name]) for each in rule.parameters}
    mode = content.mode if content else Mode.BLOCKS if rule.name == OWN else Mode.OFF
    override = content.override if content else OverrideBy.OWNER
    return {"name": name, "mode": mode, "override": override, **shown}
