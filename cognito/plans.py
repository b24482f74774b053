"""What a pool's plan has, and what of it is on, by the pool's settings as AWS names them (`UserPool.described`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def is_protected_from_threats(settings: Mapping[str, Any]) -> bool:
    """Whether AWS tells and takes a risk configuration of a pool with these settings."""
    return bool(settings.get("UserPoolAddOns", {}).get("AdvancedSecurityMode", "OFF") != "OFF")


def may_be_protected_from_threats(settings: Mapping[str, Any]) -> bool:
    """Also where it is off; and in pools that had it before there were plans, and kept it."""
    return settings.get("UserPoolTier") == "PLUS" or is_protected_from_threats(settings)


def may_track_sessions(settings: Mapping[str, Any]) -> bool:
    """API reference, SetUserPoolSessionConfiguration."""
    return settings.get("UserPoolTier") in ("ESSENTIALS", "PLUS")


def tracks_sessions(settings: Mapping[str, Any]) -> bool:
    """What app clients have set of sessions counts, and can be set, only then."""
    return may_track_sessions(settings) and settings.get("UserSessionTracking") == "ENABLED"


def has_choice_of_factors(settings: Mapping[str, Any]) -> bool:
    """Passkeys, codes as first factor, MFA by e-mail (developer guide, "User pool feature plans"): all plans but Lite.

    A pool of which AWS tells no plan is of the default one, Essentials.
    """
    return settings.get("UserPoolTier") != "LITE"
