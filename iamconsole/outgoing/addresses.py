"""Where a request may go whose address somebody set on a page, such as that of a webhook.

A name says nothing of where it leads, and its answer may be another one the next time. So each address that it resolves
to is looked at, and the connection goes to one of these and to no other (`post`). Refused is whatever isn't a public
address of the internet, and each form in which an IPv6 address carries one of IPv4: an answer that somebody inside the
network gives is none that the one who set the address may ask for.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

MOST_CHARACTERS = 2000
_PORTS = {"https": 443, "http": 80}
_UNWANTED = re.compile(r"[\x00-\x20\x7f\\]")
# Public ones that a cloud answers at for whoever is inside: Azure's wire server ("What is IP address 168.63.129.16?").
_OF_CLOUDS = frozenset({ipaddress.ip_address("168.63.129.16")})
# Of special purpose by IANA's registries, where not every version of Python's ipaddress has them.
_SPECIAL = tuple(
    ipaddress.ip_network(each)
    for each in (
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "100.64.0.0/10",
        "2001::/23",
        "3fff::/20",
        "5f00::/16",
    )
)
# IPv6 forms that carry an IPv4 address, by RFC 4291 (mapped, compatible), 6052 and 8215 (NAT64), 3056 (6to4), 4380
# (Teredo); and site-local ones, which RFC 3879 took out of use.
_CARRIERS = tuple(
    ipaddress.ip_network(each)
    for each in ("::ffff:0:0/96", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "fec0::/10")
)
_ISATAP = re.compile(r"00005efe|02005efe")  # RFC 5214: in the middle of the address


class OutgoingRefused(Exception):
    """Nothing was sent. The text is a sentence for whoever set the address; it names neither path nor addresses."""


@dataclass(frozen=True)
class Destination:
    """`origin`: scheme, host and port in one text, in which the default port isn't said."""

    scheme: str
    host: str
    port: int
    target: str  # path and query

    @property
    def origin(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}"

    @property
    def is_allowed(self) -> bool:
        """Whether whoever runs the console named it: then it may be private, and without TLS."""
        return self.origin in settings.OUTGOING_ALLOWED


def read_address(text: str) -> Destination:
    """What the text says, by itself: nothing is asked. Raises OutgoingRefused."""
    if len(text) > MOST_CHARACTERS:
        raise OutgoingRefused(f"The address has more than {MOST_CHARACTERS} characters.")
    if _UNWANTED.search(text):
        raise OutgoingRefused("There is a blank, a backslash or a control character in the address.")
    try:
        parts = urlsplit(text)
        port = parts.port
        host = _ascii(parts.hostname or "")
    except ValueError as error:
        raise OutgoingRefused("This is no address that a request can be sent to.") from error
    if parts.scheme not in _PORTS or not host:
        raise OutgoingRefused("Write the whole address, beginning with https://.")
    if "@" in parts.netloc or parts.fragment:
        raise OutgoingRefused("Leave out a user name, a password and what follows a #.")
    if port == 0:
        raise OutgoingRefused("There is no port 0.")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not target.isascii():
        raise OutgoingRefused("Write characters that aren’t ASCII with percent signs, as a browser shows them.")
    found = Destination(parts.scheme, host, port or _PORTS[parts.scheme], target)
    if found.scheme != "https" and not found.is_allowed:
        raise OutgoingRefused("The address has to begin with https://.")
    _refuse_literal(found)
    return found


def _ascii(host: str) -> str:
    """As it is asked for; raises ValueError (which UnicodeError is)."""
    return host if ":" in host else host.rstrip(".").encode("idna").decode().lower()


def _refuse_literal(destination: Destination) -> None:
    try:
        address = ipaddress.ip_address(destination.host)
    except ValueError:
        return
    if not destination.is_allowed and why_refused(str(address)):
        raise OutgoingRefused(f"The host is {why_refused(str(address))}. {MAY_BE_ALLOWED}")


MAY_BE_ALLOWED = "Whoever runs the console can allow it by OUTGOING_ALLOWED."


def resolved(destination: Destination, within_s: float) -> Sequence[str]:
    """The addresses of the host, each looked at. Raises OutgoingRefused where one of them isn't allowed, OSError where
    there are none, or the answer takes longer than `within_s` seconds.
    """
    found = _asked(destination, within_s)
    for address in found if not destination.is_allowed else ():
        if why := why_refused(address):
            raise OutgoingRefused(f"{destination.host} leads to {why}. {MAY_BE_ALLOWED}")
    return found


def _asked(destination: Destination, within_s: float) -> Sequence[str]:
    asking = ThreadPoolExecutor(1, "resolve")
    try:
        answer = asking.submit(socket.getaddrinfo, destination.host, destination.port, type=socket.SOCK_STREAM)
        rows = answer.result(timeout=within_s)
    except (Late, UnicodeError) as error:
        raise OSError("the name was not resolved in time") from error
    finally:
        asking.shutdown(wait=False)  # the system's own limit ends it
    return list(dict.fromkeys(str(row[4][0]) for row in rows))


def why_refused(text: str) -> str:
    """What kind of address it is, to follow "leads to"; "" for one that anybody may be sent to."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if address in _OF_CLOUDS:
        return "an address of a cloud’s own services"
    if isinstance(address, ipaddress.IPv6Address):
        carries = any(address in each for each in _CARRIERS) or _ISATAP.fullmatch(
            address.exploded.replace(":", "")[16:24]
        )
        if carries and address not in (ipaddress.ip_address("::"), ipaddress.ip_address("::1")):
            return "an IPv6 address that stands for another one"
    if address.is_loopback or address.is_unspecified:
        return "this machine"
    if address.is_link_local:
        return "a link-local address, such as that of a cloud’s metadata"
    is_special = any(address in each for each in _SPECIAL)
    if is_special or address.is_multicast or address.is_reserved or not address.is_global:
        return "a private or reserved address"
    return ""
