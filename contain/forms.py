"""What an operator says when they contain somebody, and when they release them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from contain.pieces import Piece
from contain.release import ReleasePiece
from sync.forms import NO_PEOPLE, REASON_LENGTH


class PiecesForm(forms.Form):
    """Chooses pieces: call `offer_pieces` in the constructor."""

    def offer_pieces(self, offered: Sequence[Piece]) -> None:
        self._offered = {each.key: each for each in offered}
        self.fields["pieces"] = forms.MultipleChoiceField(
            label="What will be cut",
            choices=[(key, each.title) for key, each in self._offered.items() if not each.refused],
            error_messages={
                "required": "Choose what is to be cut: nothing is chosen.",
                "invalid_choice": "What can be cut has changed since the page was made: look at the list again, then "
                "go on.",
            },
        )

    @property
    def chosen(self) -> list[Piece]:
        """In the order in which they are offered."""
        keys = set(self.cleaned_data["pieces"])
        return [piece for key, piece in self._offered.items() if key in keys]

    @property
    def ticked(self) -> frozenset[str]:
        """Those that stand ticked: as sent, or as it begins."""
        return frozenset(self["pieces"].value() or ())


class ContainForm(PiecesForm):
    typed = forms.CharField(
        label="Type the name",
        max_length=600,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "mono", "spellcheck": "false"}),
        error_messages={"required": "Type the name to go on."},
    )
    reason = forms.CharField(label="What happened", required=False, max_length=REASON_LENGTH, help_text=NO_PEOPLE)

    def __init__(
        self, offered: Sequence[Piece], name: str, *args: Any, needs_reason: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._name = name
        self.offer_pieces(offered)
        if needs_reason:
            self.fields["reason"].required = True
            self.fields["reason"].error_messages["required"] = (
                "Say in a few words what happened: it goes without the approvals that are asked for here, and "
                "everybody with a role in this AWS account reads it."
            )

    def clean_typed(self) -> str:
        """Pages show several spaces as one, and nobody sees those at the ends."""
        typed: str = self.cleaned_data["typed"]
        if typed.split() != self._name.split():
            raise forms.ValidationError(f"That isn’t the name: type {self._name}.")
        return typed


class ReleaseForm(forms.Form):
    WAIT, NOW = "wait", "now"

    when = forms.ChoiceField(
        label="Sessions that are denied",
        choices=[
            (WAIT, "Wait until none of them could come back, then delete the policies that deny them"),
            (NOW, "Delete the policies at once: sessions that were cut come back until they end"),
        ],
        widget=forms.RadioSelect,
        required=False,
    )
    reason = forms.CharField(label="Reason", required=False, max_length=REASON_LENGTH, help_text=NO_PEOPLE)

    def __init__(self, offered: Sequence[ReleasePiece], *args: Any, **kwargs: Any) -> None:
        self._offered = {each.key: each for each in offered if each.steps}
        super().__init__(*args, **{"initial": {"when": self.WAIT, "pieces": list(self._offered)}, **kwargs})
        self.fields["pieces"] = forms.MultipleChoiceField(
            label="What is released",
            choices=[(key, each.title) for key, each in self._offered.items()],
            error_messages={
                "required": "Choose what is to be released: nothing is chosen.",
                "invalid_choice": "It can’t be released any more: look at the list again, then go on.",
            },
        )

    def clean_when(self) -> str:
        return self.cleaned_data["when"] or self.WAIT

    @property
    def chosen(self) -> list[ReleasePiece]:
        keys = set(self.cleaned_data["pieces"])
        return [piece for key, piece in self._offered.items() if key in keys]

    @property
    def ticked(self) -> frozenset[str]:
        return frozenset(self["pieces"].value() or ())
