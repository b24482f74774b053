"""Networks that a request may come from."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network


def is_within(networks: Sequence[str | IPv4Network | IPv6Network], address: str | None) -> bool:
    """Whether the address is in one of the networks; from an unknown one nothing is, where there are any.

    Raises ValueError for what is no address.
    """
    if not networks:
        return True
    if address is None:
        return False
    found = ip_address(address)
    mapped = getattr(found, "ipv4_mapped", None)
    return any((mapped or found) in ip_network(network) for network in networks)
