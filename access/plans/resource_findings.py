"""What the check of resources is called, and the codes of what it finds: guard rails, which stand below it, read it."""

from __future__ import annotations

NAME = "resource_access"
TO_EVERYBODY = "OPENS_RESOURCE_TO_EVERYBODY"
TO_ACCOUNT = "OPENS_RESOURCE_TO_ACCOUNT"
TO_ORGANIZATION = "OPENS_RESOURCE_TO_ORGANIZATION"
TO_SERVICE = "OPENS_RESOURCE_TO_SERVICE"
