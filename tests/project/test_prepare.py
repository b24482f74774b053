"""`make run` says what to set where installing fails, in place of what pip, uv and npm print."""

from __future__ import annotations

import http.server
import ssl
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from iamconsole.launch import failures, prepare
from tests.services.servers import free_port


@pytest.fixture
def venv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(prepare, "VENV", tmp_path)
    for name in ("PIP_CERT", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "PIP_FIND_LINKS", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "localhost")
    monkeypatch.setenv("PIP_RETRIES", "1")  # pip says why when it tries again
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    return tmp_path


@pytest.fixture
def index(tmp_path: Path) -> Iterator[str]:
    """The address of a package index under a certificate of its own, as behind a proxy that opens TLS."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, SHA256())
    )
    pem = tmp_path / "server.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"https://localhost:{server.server_port}/simple"
    server.shutdown()
    server.server_close()


def said_by(tool: str, index: str, target: Path) -> str:
    """What the program ends with when the tool can't install from that index."""
    pip = [sys.executable, "-m", "pip", "install", "-q", "--target", target, "--index-url", index, "honcho"]
    uv = [
        Path(sys.executable).with_name("uv"),
        "pip",
        "install",
        "--no-cache",
        "--target",
        target,
        "--default-index",
        index,
        "honcho",
    ]
    with pytest.raises(SystemExit) as ended:
        prepare._run(*(pip if tool == "pip" else uv))
    return str(ended.value)


@pytest.mark.parametrize("tool", ["pip", "uv"])
def test_behind_a_proxy_that_opens_tls(venv: Path, index: str, tool: str) -> None:
    said = said_by(tool, index, venv)
    assert "PIP_CERT=/path/to/ca.pem SSL_CERT_FILE=/path/to/ca.pem NODE_EXTRA_CA_CERTS=/path/to/ca.pem make run" in said
    assert len(said.splitlines()) <= 5
    assert "ertificate" in (venv / "failed.log").read_text()


@pytest.mark.parametrize("tool", ["pip", "uv"])
@pytest.mark.parametrize(("proxy", "words"), [("", "can’t be reached"), ("http://127.0.0.1:1", "proxy doesn’t answer")])
def test_without_a_way_out(venv: Path, monkeypatch: pytest.MonkeyPatch, tool: str, proxy: str, words: str) -> None:
    if proxy:
        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.setenv("HTTPS_PROXY", proxy)
    said = said_by(tool, f"https://localhost:{free_port()}/simple", venv)
    assert words in said
    assert "HTTPS_PROXY" in said


@pytest.mark.parametrize(
    ("printed", "words"),
    [
        ("npm error code SELF_SIGNED_CERT_IN_CHAIN", "NODE_EXTRA_CA_CERTS"),
        ("npm error code UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "NODE_EXTRA_CA_CERTS"),
        ("npm error code ENOTFOUND\nnpm error syscall getaddrinfo", "NPM_CONFIG_REGISTRY"),
        ("npm error code ECONNREFUSED", "NPM_CONFIG_REGISTRY"),
        ("npm error code EINTEGRITY", "hash differs"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "hash differs"),
        ("ERROR: No matching distribution found for uv==0.13.9", "doesn’t have a version"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("error: Permission denied (os error 13)", "folder of your own"),
        ("ERROR: HTTP error 407 Proxy Authentication Required", "HTTPS_PROXY"),
        ("  × Failed to build `psycopg-c==3.3.2`\n", "C compiler"),
        ("something that nobody has seen yet", ""),
    ],
)
def test_what_tools_print_is_known(printed: str, words: str) -> None:
    said = failures.explained(printed)
    assert words in said
    assert bool(words) == bool(said)


def test_a_python_that_makes_no_virtual_environments(venv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepare, "BIN", venv / "bin")
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(SystemExit, match="apt install python3-venv"):
        prepare.make_venv()


def test_what_is_not_known_is_shown_whole(venv: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="didn't work"):
        prepare._run(sys.executable, "-c", "import sys; sys.exit('never seen before')")
    assert "never seen before" in capsys.readouterr().out
