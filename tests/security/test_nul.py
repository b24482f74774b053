"""A NUL in an address, which PostgreSQL would choke on, is a bad request."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Operator


@pytest.mark.stack
@pytest.mark.parametrize(
    "address",
    ["/search/?q=a%00b", "/aws/123456789012/users/?q=a%00b", "/aws/123456789012/users/A%00/", "/audit/?q=%00"],
)
def test_is_a_bad_request(address: str, alice: Operator, client_of: Callable[[Operator], Client]) -> None:
    assert client_of(alice).get(address).status_code == 400
