"""Pages of a list, for programs: from a cursor on, which stands for the last row that they have.

New rows move no page, since a page begins behind a row and not at a number. A cursor is signed, together with the
list and the filters it was made for: of another list it would mean another place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from django.core.signing import BadSignature, Signer
from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from api.errors import Refused
from api.reading import Whole

USUAL, MOST = 50, 250
FORM = r"^[A-Za-z0-9_:-]*$"
NOT_OURS = "This cursor isn’t one of this list with these filters: begin without `after`."


class PageQuery(Schema):
    limit: Annotated[int, Field(ge=1, le=MOST, description="How many at most."), Whole] = USUAL
    after: Annotated[str, Field(max_length=2000, pattern=FORM, description="`next` of the page before.")] = ""


@dataclass(frozen=True)
class Cursors:
    """The cursors of a list as it is asked for."""

    salt: str

    @classmethod
    def of(cls, request: HttpRequest) -> Cursors:
        asked = sorted((name, value) for name, value in _asked(request).items() if name not in ("after", "limit"))
        return cls(repr((request.path_info, asked)))

    def read(self, text: str) -> str:
        """The place that it stands for; "" for the start. Raises Refused."""
        if not text:
            return ""
        try:
            place: str = self._signer.unsign_object(text)
        except (BadSignature, ValueError, TypeError) as error:
            raise Refused(404, NOT_OURS) from error
        return place

    def read_number(self, text: str) -> int | None:
        return int(self.read(text)) if text else None

    def write(self, place: str | int | None) -> str | None:
        return self._signer.sign_object(str(place)) if place else None

    @property
    def _signer(self) -> Signer:
        return Signer(salt=f"api-cursor:{self.salt}")


def _asked(request: HttpRequest) -> Mapping[str, str]:
    return {name: request.GET.get(name, "") for name in request.GET}
