"""The logo of a pool's classic sign-in pages: what AWS takes, and where this console keeps it for a plan.

"Customizing hosted UI (classic) branding" in the Amazon Cognito Developer Guide: PNG or JPEG, at most 100 KB.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from accounts.models import AwsAccount
from cognito.models import Logo, UserPool
from iamconsole.web.words import number
from sync.aws.errors import AwsError
from sync.aws.visiting import published_logo
from sync.models import Change

KIND = "cognito.ui.set"  # of the steps that send one
MOST_BYTES = 100_000
# How such a file begins and ends: one that was cut off, or is something else by another name, is neither.
_ENDS = {
    Logo.Kind.PNG: (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", b"\x00\x00\x00\x00IEND\xaeB`\x82"),
    Logo.Kind.JPEG: (b"\xff\xd8\xff", b"\xff\xd9"),
}
TYPES = ", ".join(f"image/{kind}" for kind in _ENDS)


@dataclass(frozen=True)
class LogoImage:
    """A logo for a page to print. `why`: a sentence why it can't be shown."""

    data_url: str = ""
    words: str = ""
    why: str = ""


def kind_of(image: bytes) -> str:
    """Of Logo.Kind, by what is in it; "" for anything else."""
    for kind, (beginning, end) in _ENDS.items():
        if image.startswith(beginning) and image.endswith(end):
            return kind
    return ""


def refusal(image: bytes) -> str:
    """A sentence why AWS would not take it; "" where it would, as far as this console knows."""
    if len(image) > MOST_BYTES:
        return f"It has {number(len(image))} bytes; AWS takes {number(MOST_BYTES)}."
    return "" if kind_of(image) else "It is no PNG or JPEG, or a part of one only."


def digest_of(image: bytes) -> str:
    return hashlib.sha256(image).hexdigest()


def keep(aws_account: AwsAccount, image: bytes) -> str:
    """For a plan; the digest is what the step says."""
    digest = digest_of(image)
    Logo.objects.get_or_create(
        aws_account=aws_account, digest=digest, defaults={"kind": kind_of(image), "image": image}
    )
    return digest


def kept(aws_account: AwsAccount, digest: str) -> Logo | None:
    return Logo.objects.filter(aws_account=aws_account, digest=digest).first()


def at_aws(pool: UserPool, url: str) -> tuple[bytes, str]:
    """The image that AWS serves; or b"" and a sentence why it couldn't be read."""
    try:
        image = published_logo(pool.aws_account, url)
    except AwsError as error:
        return b"", error.sentence()
    return (image, "") if kind_of(image) else (b"", "What AWS serves there is no PNG or JPEG.")


def shown(image: bytes) -> LogoImage:
    kind = kind_of(image)
    words = f"{Logo.Kind(kind).label}, {number(len(image))} bytes" if kind else ""
    return LogoImage(f"data:image/{kind};base64,{b64encode(image).decode()}" if kind else "", words)


@dataclass(frozen=True)
class LogoPair:
    """What a step finds and what it sends; None for no logo, or one that couldn't be read."""

    before: LogoImage | None
    after: LogoImage | None


def is_in(change: Change) -> bool:
    """Whether it has to do with a logo."""
    return any(_has_one(params) for params in change.steps.filter(kind=KIND).values_list("params", flat=True))


def _has_one(params: Mapping[str, Any]) -> bool:
    return bool(params.get("logo") or params.get("had_logo"))


def pairs_of(change: Change) -> list[LogoPair]:
    """One for each step that has to do with a logo."""
    said = change.steps.filter(kind=KIND).values_list("params", flat=True)
    return [
        LogoPair(_before(change.aws_account, params), _shown(change.aws_account, params.get("logo", "")))
        for params in said
        if _has_one(params)
    ]


def _before(aws_account: AwsAccount, params: Mapping[str, Any]) -> LogoImage | None:
    if params.get("had_logo") and not params.get("was_logo"):
        return LogoImage(why="The logo that is there couldn’t be read.")
    return _shown(aws_account, params.get("was_logo", ""))


def _shown(aws_account: AwsAccount, digest: str) -> LogoImage | None:
    found = kept(aws_account, digest) if digest else None
    return shown(bytes(found.image)) if found else None
