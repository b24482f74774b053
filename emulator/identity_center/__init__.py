"""IAM Identity Center of the emulator, all ours: moto's has an instance for each Region, and makes no roles."""

from __future__ import annotations

from emulator.identity_center.account_access import application as account_access
from emulator.identity_center.backend import backends, steer
from emulator.identity_center.calls import IdentityCenterCalls
from emulator.identity_center.store_calls import IdentityStoreCalls

__all__ = ["IdentityCenterCalls", "IdentityStoreCalls", "account_access", "backends", "steer"]
