"""The AWS accounts of Acme's organization. The last three have the ids under which Organizations makes them."""

from __future__ import annotations

from emulator.wellknown import ACCOUNT_ID

MANAGEMENT_ID = "111122223333"
PRODUCTION_ID = ACCOUNT_ID
STAGING_ID = "815639842453"
SECURITY_ID = "400174174320"
SANDBOX_ID = "432970602168"
ORGANIZATION_ID = "o-8gfc1phwvo"
