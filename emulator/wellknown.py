"""What the emulator knows without being told."""

from __future__ import annotations

ACCOUNT_ID = "123456789012"
# The account's root user, and a user who may do everything. Any other key that isn't known counts as that user's, while
# IAM enforcement is off.
ROOT_KEY_ID = "AKIAEMULATEDROOT0000"
HOST_KEY_ID = "AKIAEMULATEDHOST0000"
HOST_NAME = "emulator"
