"""What an operator gives to restore a pool: the file, what of it, and where a new pool is to be."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS

from accounts.models import AwsAccount, Operator
from cognito.models import UserPool
from cognito.pools.operations import create_pool
from cognito.pools.operations.pools import check_pool_name
from cognito.restoring import planning
from cognito.restoring.items import RestoreItem, RestorePart, RestoreTarget
from cognito.restoring.pool_file import MOST_BYTES, FileProblem, PoolFile, read
from iamconsole.web.words import counted
from objects.forms import NotText, TextOrFileForm, TextOrFileLabels
from sync.operations import BadParams, Refusal, StepSpec
from sync.sealed import keep_typed

TAKE = "take"
_SECRET = "secret-"  # noqa: S105  of the name of a field


class RestoreForm(TextOrFileForm):
    """Into `pool`. What was given is printed again, but for secrets that were typed.

    The first look ticks what is usually wanted; `looked` says of which file and target the ticks are.
    """

    asked = TextOrFileLabels(
        text="Or its text",
        text_help="You may edit it here. Then preview it again.",
        file="Exported file",
        file_help="As this console exported it, up to 2 MB. It takes the place of the text below.",
        accept=".json,application/json",
        too_long=f"The file is larger than {MOST_BYTES // 1024**2} MB. Export it without memberships.",
    )
    if_untitled = "If empty, it says which pool."
    looked = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, aws_account: AwsAccount, operator: Operator, pool: UserPool | None, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.aws_account, self.operator, self.pool = aws_account, operator, pool
        self.pool_file: PoolFile | None = None
        self.parts: list[RestorePart] = []

    # ---- Reading ---------------------------------------------------------------------------------------------
    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        before: Any = self.data
        try:
            text = self.given()
        except NotText as problem:
            self.add_error("text", str(problem))
            return cleaned
        if not text.strip():
            self.add_error("file", "Choose a file, or paste its text.")
            return cleaned
        data: Any = self.data
        data = data.copy()
        try:
            self.pool_file = read(text)
            self.fill_in(data, self.pool_file)
            target = self.target(data)
            self.parts = planning.parts_of(self.pool_file, target) if target else []
        except FileProblem as problem:
            for sentence in problem.sentences:
                self.add_error("text", sentence)
        data["looked"] = self._digest(data)
        self.was_looked_at = data["looked"] == before.get("looked")
        self.data = data
        return cleaned

    def _digest(self, data: Any) -> str:
        """Of what the ticks are about: lines may end otherwise when they come back."""
        said = [data.get(name, "").replace("\r\n", "\n").strip() for name in ("text", "region", "name")]
        return hashlib.sha256("\0".join(said).encode()).hexdigest()

    def fill_in(self, data: Any, file: PoolFile) -> None:
        """What isn't said stands in the file."""

    def target(self, data: Any) -> RestoreTarget | None:
        assert self.pool is not None  # noqa: S101  the other form is for new ones
        return RestoreTarget(self.aws_account, self.pool.region, self.pool.name, self.pool)

    # ---- What was chosen -------------------------------------------------------------------------------------
    @property
    def keys(self) -> set[str]:
        if getattr(self, "was_looked_at", False):
            data: Any = self.data
            return set(data.getlist(TAKE))
        return {item.key for part in self.parts for item in part.items if item.ticked}

    @property
    def chosen(self) -> list[RestoreItem]:
        return planning.chosen_of(self.parts, self.keys)

    @property
    def listed_parts(self) -> list[tuple[RestorePart, list[tuple[RestoreItem, bool, str]]]]:
        """Each part with its items: whether it is ticked, and the name of the field of its secret."""
        keys = self.keys
        return [
            (part, [(item, item.key in keys, _SECRET + item.key) for item in part.items])
            for part in self.parts
            if part.items or part.notes
        ]

    @property
    def alike(self) -> list[str]:
        """The titles of parts that are as in the file."""
        return [part.title for part in self.parts if not part.items and not part.notes]

    @property
    def offered(self) -> int:
        return sum(len(part.items) for part in self.parts)

    @property
    def can_stage(self) -> bool:
        """What was chosen may not fit together yet: that is seen when it is staged."""
        unread = self.errors.keys() - {NON_FIELD_ERRORS}
        return bool(self.pool_file and self.parts and not unread) and (self.pool is None or bool(self.offered))

    def fits_together(self) -> bool:
        """Whether what was chosen can be staged; where it can't, the form has errors that say why."""
        for sentence in self._problems():
            self.add_error(None, sentence)
        return not self.errors

    def _problems(self) -> list[str]:
        if not getattr(self, "was_looked_at", False):
            return ["This isn’t what you looked at: see what it does now, then stage it."]
        chosen, typed = self.chosen, self._typed_secrets()
        problems = planning.lacking(chosen)
        problems += [
            f"{item.name}: type its {item.secret.replace('_', ' ')}, or leave it out. The file doesn’t have it."
            for item in chosen
            if item.secret and not typed[item.key]
        ]
        if not chosen and self.pool is not None:
            problems.append("Tick what is to be restored.")
        return problems

    def _typed_secrets(self) -> dict[str, str]:
        return {item.key: self.data.get(_SECRET + item.key, "").strip() for item in self.chosen if item.secret}

    def steps(self) -> Sequence[StepSpec]:
        """Those of what was chosen."""
        target = self.target(self.data)
        assert self.pool_file is not None and target is not None  # noqa: S101  or the form isn't valid
        sealed = {key: self._sealed(text) for key, text in self._typed_secrets().items()}
        return planning.steps_of(self.pool_file, target, self.chosen, sealed)

    def _sealed(self, text: str) -> str:
        return keep_typed(text, name="Client secret", aws_account=self.aws_account, operator=self.operator)

    def titled(self, steps: Sequence[StepSpec]) -> str:
        if value := self.cleaned_data["title"]:
            return str(value)
        assert self.pool is not None  # noqa: S101  the other form is for new ones
        return f"Restore {counted(len(self.chosen), 'part')} of the user pool {self.pool.name}"


class RestoreNewForm(RestoreForm):
    """Into a new pool."""

    region = forms.CharField(
        label="Region", required=False, max_length=32, help_text="Such as eu-central-1. Empty: as in the file."
    )
    name = forms.CharField(
        label="Name of the new pool", required=False, max_length=128, help_text="Empty: as in the file."
    )

    def fill_in(self, data: Any, file: PoolFile) -> None:
        data["region"] = data.get("region", "").strip() or file.region
        data["name"] = data.get("name", "").strip() or file.name

    def target(self, data: Any) -> RestoreTarget | None:
        """None, with an error, for what is no Region and no name."""
        try:
            create_pool(self.aws_account, data["region"], data["name"], {})
        except Refusal as refusal:
            self.add_error("region", str(refusal))
            return None
        try:
            check_pool_name(data["name"])
        except BadParams as problem:
            self.add_error("name", str(problem))
            return None
        return RestoreTarget(self.aws_account, data["region"], data["name"])

    def titled(self, steps: Sequence[StepSpec]) -> str:
        return str(self.cleaned_data["title"] or f"Restore a file into the new user pool {self.data['name']}")
