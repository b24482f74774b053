"""The CSS of a pool's classic sign-in pages: AWS is asked for it when the form is printed and when it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django import forms

from cognito.pools.acts.base import PoolForm
from cognito.pools.operations.looks import CLASSES, MOST_BYTES, Look, look_of, refusal, set_look
from sync.aws.client import reader
from sync.aws.errors import AwsError
from sync.operations import StepSpec

_LOGO = (
    "These pages have a logo. AWS sets logo and CSS by one call, and tells of the logo only where it is: set here, "
    "the CSS would take it away. Set both in the AWS console."
)
_MEANWHILE = (
    "Somebody has changed the look since this page was opened. Stage it again to put yours in its place: the plan "
    "shows what is there now."
)


class LookForm(PoolForm):
    heading = "Look of the sign-in pages of {names}"
    about = (
        "CSS of the classic hosted pages, for every app client without a look of its own. Managed login has a designer "
        "of its own in the AWS console instead."
    )
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    css = forms.CharField(
        required=False,
        max_length=MOST_BYTES,
        label="CSS",
        widget=forms.Textarea(attrs={"rows": 14, "class": "mono", "spellcheck": "false"}),
        help_text=f"At most {MOST_BYTES:,} bytes, for AWS’s own classes .NAME-customizable, where NAME is one of "
        f"{', '.join(name.removesuffix('-customizable') for name in CLASSES)}. Empty: as AWS has it.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound:
            return
        self.cannot = self._why
        if self._look is not None:
            self.initial.setdefault("css", self._look.css)
            self.initial["seen"] = self._look.seen
            if self._look.has_logo:
                self.about = f"{self.about} {_LOGO}"

    @cached_property
    def _asked(self) -> tuple[Look | None, str]:
        """As AWS has it now; or why it couldn't be asked."""
        try:
            return look_of(reader(self.pool.aws_account, region=self.pool.region, urgent=True), self.pool.aws_id), ""
        except AwsError as error:
            return None, f"AWS couldn’t be asked how the pages look, so nothing can be set safely. {error.sentence()}"

    @property
    def _look(self) -> Look | None:
        return self._asked[0]

    @property
    def _why(self) -> str:
        return self._asked[1]

    def clean_css(self) -> str:
        css: str = self.cleaned_data["css"].replace("\r\n", "\n")
        if css and (why := refusal(css)):
            raise forms.ValidationError(why)
        return css

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if self._look is None:
            raise forms.ValidationError(self._why)
        if self._look.has_logo:
            raise forms.ValidationError(_LOGO)
        if said.get("seen") != self._look.seen:
            data: Any = self.data
            self.data = {**data.dict(), "seen": self._look.seen}
            raise forms.ValidationError(_MEANWHILE)
        return said

    def all_steps(self) -> Sequence[StepSpec]:
        assert self._look is not None  # noqa: S101  `clean` refuses what it didn't see
        css = self.cleaned_data["css"]
        if css == self._look.css:
            return []
        return [set_look(self.pool.arn, self.pool.name, css, self._look.css)]
