"""The addresses in conditions: are they addresses, and can they ever match?

IAM User Guide, "IAM JSON policy elements: Condition operators" (IP address condition operators), "AWS global condition
context keys" (aws:SourceIp).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from ipaddress import IPv4Network, IPv6Network, ip_network

from policies.engine.lint.actions import shown
from policies.engine.lint.checks import FindingMark, Severity, condition_check, replaced
from policies.engine.lint.condition_values import values_of_family
from policies.engine.lint.operators import family_of
from policies.engine.lint.subject import LintStatement

Network = IPv4Network | IPv6Network

# Addresses from which nothing comes over the internet: of private networks (RFC 1918, RFC 4193), of providers' own
# (RFC 6598), of the host itself and of the link. Those that stand for others in documentation or in measurements are
# nobody's, and no private ones.
_PRIVATE = tuple(
    map(
        ip_network,
        (
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "fc00::/7",
            "fe80::/10",
            "::1/128",
        ),
    )
)


def _network(text: str, *, strict: bool = False) -> Network | None:
    try:
        return ip_network(text.strip(), strict=strict)
    except ValueError:
        return None


@condition_check(
    "TYPE_MISMATCH_IP_RANGE",
    Severity.ERROR,
    "IpAddress with a value that is no range of addresses.",
    words=("ipaddress",),
)
def bad_addresses(statement: LintStatement) -> Iterator[FindingMark]:
    for _, text in values_of_family(statement, "ipaddress"):
        if _network(text.value) is None and "${" not in text.value:
            yield FindingMark(f"{shown(text.value)} is no range of addresses, such as 203.0.113.0/24.", text.path)


@condition_check(
    "IMPROVE_IP_RANGE",
    Severity.SUGGESTION,
    "A range of addresses with bits that its mask leaves out.",
    words=("ipaddress",),
)
def addresses_beyond_the_mask(statement: LintStatement) -> Iterator[FindingMark]:
    for _, text in values_of_family(statement, "ipaddress"):
        found = _network(text.value)
        if found and _network(text.value, strict=True) is None:
            yield FindingMark(f"What is meant is {found}.", text.path, make_fix=replaced(text.path, str(found)))


def _is_private(network: Network) -> bool:
    return any(
        network.version == private.version
        and int(private[0]) <= int(network[0])
        and int(network[-1]) <= int(private[-1])
        for private in _PRIVATE
    )


def _private(is_negated: bool, all_of_them: bool, message: str, statement: LintStatement) -> Iterator[FindingMark]:
    for test in statement.tests_of("aws:sourceip"):
        if family_of(test) != "ipaddress" or test.is_negated is not is_negated:
            continue
        networks = [_network(text.value) for text in test.values]
        private = [network for network in networks if network and _is_private(network)]
        if private and (len(private) == len(networks)) is all_of_them:
            yield FindingMark(message, test.path)


_VPC = "For private ones there is aws:VpcSourceIp."
for _code, _severity, _is_negated, _all, _sentence, _message in (
    (
        "PRIVATE_IP_ADDRESS",
        Severity.ERROR,
        False,
        True,
        "aws:SourceIp with private addresses only.",
        f"aws:SourceIp is a public address: this never matches. {_VPC}",
    ),
    (
        "PRIVATE_NOT_IP_ADDRESS",
        Severity.ERROR,
        True,
        True,
        "aws:SourceIp with private addresses only, under NotIpAddress.",
        f"aws:SourceIp is a public address: this always matches. {_VPC}",
    ),
    (
        "PRIVATE_IP_ADDRESS_SUBSET",
        Severity.SUGGESTION,
        False,
        False,
        "aws:SourceIp with private addresses among others.",
        f"aws:SourceIp is a public address: the private ones here never match. {_VPC}",
    ),
    (
        "PRIVATE_NOT_IP_ADDRESS_SUBSET",
        Severity.SUGGESTION,
        True,
        False,
        "aws:SourceIp with private addresses among others, under NotIpAddress.",
        f"aws:SourceIp is a public address: the private ones here except nobody. {_VPC}",
    ),
):
    _check = condition_check(_code, _severity, _sentence, words=("aws:sourceip",))
    _check(partial(_private, _is_negated, _all, _message))
