"""QR codes as images in a page."""

from __future__ import annotations

from base64 import b64encode

from allauth.mfa.adapter import get_adapter


def data_uri(text: str) -> str:
    """For the `src` of an image."""
    svg = str(get_adapter().build_totp_svg(text))
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"
