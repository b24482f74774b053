"""What a route refuses, in a sentence for whoever reads the program's log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NoReturn


class Refused(Exception):
    """`more`: members of the answer for the program (RFC 9457, "Extension Members")."""

    def __init__(self, status: int, sentence: str, **more: Any) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.more = status, sentence, more


def refuse(errors: Iterable[tuple[str, str]]) -> NoReturn:
    """`errors`: fields, each with a sentence."""
    said = [{"field": field, "sentence": sentence} for field, sentence in errors]
    raise Refused(422, " ".join(each["sentence"] for each in said), errors=said)


def undocumented(errors: Iterable[tuple[str, str]]) -> Refused:
    """What the OpenAPI document already rules out. `errors`: places, such as `query.limit`, each with a sentence."""
    said = [{"field": field, "sentence": sentence} for field, sentence in errors]
    return Refused(422, " ".join(f"{each['field']}: {each['sentence']}" for each in said), errors=said)


ARGUMENT = "asked"  # what routes call their query or their body, which nobody outside knows


def place_of(location: Sequence[str | int]) -> str:
    """Such as `body.steps.0.kind`."""
    return ".".join(str(each) for number, each in enumerate(location) if (number, each) != (1, ARGUMENT))
