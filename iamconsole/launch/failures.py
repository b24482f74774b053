"""Common failures of installing by pip, uv and npm, and what to set then. Imports the standard library only."""

from __future__ import annotations

import re

_AUTHORITY = "/path/to/ca.pem"
_AGAIN = "Then run it again."

# The first that matches; each is what the tools themselves print (pip, uv, npm, in this order where they differ).
_CAUSES = (
    (
        r"certificate verify failed|invalid peer certificate|UnknownIssuer|SELF_SIGNED_CERT|UNABLE_TO_(GET|VERIFY)"
        r"|(self.signed|unable to get local issuer) certificate",
        "A TLS certificate was not accepted: probably a proxy of your company’s opens connections under a certificate "
        f"authority of its own. Give that to pip, uv and Node.js: PIP_CERT={_AUTHORITY} SSL_CERT_FILE={_AUTHORITY} "
        f"NODE_EXTRA_CA_CERTS={_AUTHORITY} make run",
    ),
    (
        r"ProxyError|tunnel error|Proxy Authentication Required|\b407\b|tunneling socket",
        "The proxy doesn’t answer, or wants a name and a password. Set HTTPS_PROXY=http://name:password@proxy:port, or "
        f"unset it where there is none. {_AGAIN}",
    ),
    (
        r"No space left on device|ENOSPC",
        f"The disk is full: packages and assets take about 1 GB. Make room. {_AGAIN}",
    ),
    (
        r"Permission denied|EACCES|EROFS|Read-only file system",
        "A file can’t be written here: clone the project into a folder of your own, as the user who owns it.",
    ),
    (
        r"\b40[13] (Client Error|Forbidden|Unauthorized)|(401|403) (Forbidden|Unauthorized)|E40[13]\b",
        "The package index refuses to answer: it wants a sign-in, or a proxy filters it. With an index of your "
        f"company’s own, set PIP_INDEX_URL, UV_DEFAULT_INDEX and NPM_CONFIG_REGISTRY to it. {_AGAIN}",
    ),
    (
        r"connection broken by|dns error|error sending request|timed out|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED"
        r"|ECONNRESET|Connection (refused|reset)|Network is unreachable|ENETUNREACH",
        "The package index can’t be reached. Behind a proxy, set HTTPS_PROXY=http://proxy:port; with an index of your "
        f"company’s own, set PIP_INDEX_URL, UV_DEFAULT_INDEX and NPM_CONFIG_REGISTRY to it. {_AGAIN}",
    ),
    (
        r"DO NOT MATCH THE HASHES|Hash mismatch|EINTEGRITY",
        "A package isn’t the one that is locked here: its hash differs. A proxy or an index in between may have "
        "changed it; nothing of it was installed.",
    ),
    (
        r"No matching distribution|no version of|No solution found|was not found in the package registry|E404",
        "The package index doesn’t have a version that is locked here for this Python and machine. Try Python 3.13 "
        "(make PYTHON=python3.13), or an index that is up to date.",
    ),
    (
        r"Failed to build|error: command '?[\w./-]*(gcc|cc|clang)'? failed|Failed building wheel|Python\.h",
        "A package comes without a binary for this Python and machine, and building it failed. Try Python 3.13 (make "
        "PYTHON=python3.13), or install a C compiler and the header files of Python (python3-dev).",
    ),
)

NO_VENV = (
    "This Python can’t make virtual environments. On Debian and Ubuntu install its package, as root: "
    "apt install python3-venv – or take another Python: make PYTHON=python3.13"
)


def explained(output: str) -> str:
    """What to do about what a tool printed before it gave up; "" for what isn't known."""
    return next((sentence for pattern, sentence in _CAUSES if re.search(pattern, output, re.IGNORECASE)), "")
