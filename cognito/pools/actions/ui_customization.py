"""How a pool's classic sign-in pages look: AWS is asked when the form is printed and when it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django import forms

from cognito.pools import logos
from cognito.pools.actions.base import UserPoolForm
from cognito.pools.operations.ui_customization import (
    CLASSES,
    MOST_BYTES,
    UiCustomization,
    read_ui_customization,
    refusal,
    set_ui_customization,
)
from iamconsole.web.words import number
from sync.aws.client import reader
from sync.aws.errors import AwsError
from sync.operations import StepSpec

_MEANWHILE = (
    "Somebody has changed the look since this page was opened. Stage it again to put yours in its place: the plan "
    "shows what is there now."
)
_UNREAD = (
    "The logo that is there couldn’t be read, so it can’t be sent along, and AWS would remove it: choose its file, "
    "or say that it goes."
)


class UiCustomizationForm(UserPoolForm):
    heading = "Look of the sign-in pages of {names}"
    template = "cognito/pools/ui_customization.html"
    about = (
        "CSS and logo of the classic hosted pages, for every app client without a look of its own. AWS sets both by "
        "one call, so what you leave is sent along. Managed login has a designer of its own in the AWS console."
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
    logo = forms.FileField(
        label="Logo",
        required=False,
        widget=forms.FileInput(attrs={"accept": logos.TYPES}),
        help_text=f"PNG or JPEG, up to {number(logos.MOST_BYTES)} bytes. AWS shows it at 350 × 178 pixels at most.",
    )
    no_logo = forms.BooleanField(label="Remove the logo", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self._ui_customization is not None:
            self.initial = {"css": self._ui_customization.css, **self.initial, "seen": self._ui_customization.seen}
        elif not self.is_bound:
            self.cannot = self._why
        if self._ui_customization is None or not self._ui_customization.logo_url:
            del self.fields["no_logo"]
        else:
            self.fields["logo"].label = "Another logo"
            self.fields["logo"].help_text += " Empty: the logo stays."

    # ---- What is there ---------------------------------------------------------------------------------------
    @cached_property
    def _asked(self) -> tuple[UiCustomization | None, str]:
        """As AWS has it now; or why it couldn't be asked."""
        try:
            return read_ui_customization(
                reader(self.pool.aws_account, region=self.pool.region, urgent=True), self.pool.aws_id
            ), ""
        except AwsError as error:
            return None, f"AWS couldn’t be asked how the pages look, so nothing can be set safely. {error.sentence()}"

    @property
    def _ui_customization(self) -> UiCustomization | None:
        return self._asked[0]

    @property
    def _why(self) -> str:
        return self._asked[1]

    @cached_property
    def _image(self) -> tuple[bytes, str]:
        """The logo that is there; or b"" and why it couldn't be read."""
        return logos.at_aws(self.pool, self.logo_url) if self.logo_url else (b"", "")

    @property
    def logo_url(self) -> str:
        return self._ui_customization.logo_url if self._ui_customization else ""

    def logo_shown(self) -> logos.LogoImage:
        image, why = self._image
        return logos.LogoImage(why=why) if why else logos.shown(image)

    # ---- What is typed ---------------------------------------------------------------------------------------
    def clean_css(self) -> str:
        css: str = self.cleaned_data["css"].replace("\r\n", "\n")
        if css and (why := refusal(css)):
            raise forms.ValidationError(why)
        return css

    def clean_logo(self) -> bytes:
        upload = self.cleaned_data["logo"]
        image = bytes(upload.read()) if upload else b""
        if image and (why := logos.refusal(image)):
            raise forms.ValidationError(why)
        return image

    def refuse_too_long(self) -> None:
        self.add_error("logo", f"The file is larger than {number(logos.MOST_BYTES)} bytes: AWS takes no more.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self._ui_customization is None:
            raise forms.ValidationError(self._why)
        if cleaned.get("seen") != self._ui_customization.seen:
            data: Any = self.data
            self.data = {**data.dict(), "seen": self._ui_customization.seen}
            raise forms.ValidationError(_MEANWHILE)
        if cleaned.get("logo") and cleaned.get("no_logo"):
            self.add_error("no_logo", "Choose another logo, or none: not both.")
        elif "logo" in cleaned and not cleaned["logo"] and not cleaned.get("no_logo") and self._image[1]:
            self.add_error("logo", f"{_UNREAD} {self._image[1]}")
        return cleaned

    def all_steps(self) -> Sequence[StepSpec]:
        assert self._ui_customization is not None  # noqa: S101  `clean` refuses what it didn't see
        cleaned, there = self.cleaned_data, self._image[0]
        image = b"" if cleaned.get("no_logo") else cleaned["logo"] or there
        if cleaned["css"] == self._ui_customization.css and image == there and not cleaned.get("no_logo"):
            return []
        logo, was_logo = (logos.keep(self.aws_account, each) if each else "" for each in (image, there))
        return [
            set_ui_customization(
                self.pool.arn, self.pool.name, cleaned["css"], self._ui_customization, logo=logo, was_logo=was_logo
            )
        ]
