"""What can go wrong, each with a sentence for who reads it."""

from __future__ import annotations

from collections.abc import Sequence


class ClientError(Exception):
    """Of all others."""


class InputError(ClientError):
    """What was given can't be used: an argument, a file, a variable of the environment."""


class Unreachable(ClientError):
    """The console gave no answer, or none of its API."""


class ApiProblem(ClientError):
    """The console refused (RFC 9457). `errors`: which fields are wrong."""

    def __init__(self, status: int, title: str, detail: str, errors: Sequence[dict[str, str]] = ()) -> None:
        super().__init__(detail or title)
        self.status, self.title, self.errors = status, title, tuple(errors)
