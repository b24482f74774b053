"""What scim2-tester, a conformance tester of RFC 7643 and 7644, says of the endpoints, over HTTP."""

from __future__ import annotations

from typing import Any

from accounts.models import Operator
from accounts.services import scim_tokens

# An operator is always active or not: who takes the attribute away gets its default.
# A search of all resources at once, at the root, is optional (RFC 7644, 3.4.2.1), and no directory asks for it.
KEPT = {
    "check_remove_attribute: PATCH modify() did not remove attribute 'active'",
    "search_with_attributes: There is no such address.",
}


def test_nothing_is_against_the_rfcs(live_server: Any, olga: Operator) -> None:
    from tests.services.scim_tester import conformance  # importing scim2-client takes seconds

    token = scim_tokens.make(actor=olga, name="Tester", networks="", days=1)
    violations, successes = conformance(live_server.url, token)
    wrong = [each for each in violations if each not in KEPT]
    assert not wrong, "\n".join(wrong)
    assert successes > 30
