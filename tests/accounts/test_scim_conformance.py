"""What scim2-tester, a conformance tester of RFC 7643 and 7644, says of the endpoints, over HTTP."""

from __future__ import annotations

import sys
from typing import Any

from accounts.models import Operator
from accounts.services import scim_tokens


def test_nothing_is_against_the_rfcs(live_server: Any, olga: Operator) -> None:
    from tests.services.scim_tester import conformance  # importing scim2-client takes seconds

    token = scim_tokens.make(actor=olga, name="Tester", networks="", days=1)
    violations, successes = conformance(live_server.url, token)
    sys.stdout.write("\n".join([*violations, f"{successes} checks of scim2-tester succeeded."]))
    assert not violations
    assert successes > 30
