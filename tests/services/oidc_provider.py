"""An identity provider for the tests: OpenID Connect over loopback HTTP, with everything that one may do wrong.

`person` is who signs in there next, as claims; `wrong` names what is wrong with the next ID tokens. It checks what
a provider checks: client, redirect address, codes that work once, PKCE.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID, CLIENT_SECRET = "iam-console", "the secret of the client"
KEY_ID = "key-1"

Claims = dict[str, Any]


@cache
def private_key(name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


# What is wrong → how it changes the claims.
WRONG_CLAIMS: dict[str, Callable[[Claims], Claims]] = {
    "nonce": lambda claims: {**claims, "nonce": "of another request"},
    "no nonce": lambda claims: {name: value for name, value in claims.items() if name != "nonce"},
    "audience": lambda claims: {**claims, "aud": "another-client"},
    "authorized party": lambda claims: {**claims, "aud": [CLIENT_ID, "x"], "azp": "another-client"},
    "issuer": lambda claims: {**claims, "iss": "https://elsewhere.example"},
    "expired": lambda claims: {**claims, "exp": int(time.time()) - 3600},
    "no expiry": lambda claims: {name: value for name, value in claims.items() if name != "exp"},
    "no subject": lambda claims: {name: value for name, value in claims.items() if name != "sub"},
}
WRONG_KEYS = ("unsigned", "other key", "unknown key", "shared secret", "garbled")


class OidcProvider:
    def __init__(self) -> None:
        self.reset()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.issuer = f"http://127.0.0.1:{self._server.server_address[1]}"

    def reset(self) -> None:
        self.person: Claims = {"sub": "u-1", "email": "dora@example.org", "email_verified": True, "name": "Dora"}
        self.userinfo: Claims = {}
        self.wrong = ""
        self.calls_itself = ""
        self.logout_query = self.logout_at = ""
        self.lacks = ""  # an endpoint that its configuration doesn't name
        self.ignores_prompt = False
        self.signed_in_at: int | None = int(time.time())
        self.asked: list[dict[str, str]] = []  # what the console asked for, each time
        self._codes: dict[str, dict[str, str]] = {}
        self._tokens: set[str] = set()

    @contextmanager
    def running(self) -> Iterator[OidcProvider]:
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    # ---- what it answers -------------------------------------------------------------------------------------
    def configuration(self) -> Claims:
        at = self.issuer
        said = {
            "issuer": self.calls_itself or at,
            "authorization_endpoint": f"{at}/authorize",
            "token_endpoint": f"{at}/token",
            "userinfo_endpoint": f"{at}/userinfo",
            "jwks_uri": f"{at}/keys",
            "end_session_endpoint": self.logout_at or f"{at}/logout{self.logout_query}",
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }
        return {name: value for name, value in said.items() if name != self.lacks}

    def keys(self) -> Claims:
        public = private_key("own").public_key().public_numbers()
        modulus, exponent = _base64(public.n.to_bytes(256, "big")), _base64(public.e.to_bytes(3, "big"))
        return {"keys": [{"kty": "RSA", "kid": KEY_ID, "alg": "RS256", "use": "sig", "n": modulus, "e": exponent}]}

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser goes next."""
        self.asked.append(asked)
        assert (asked["client_id"], asked["response_type"]) == (CLIENT_ID, "code")
        if self.wrong == "denied":
            return f"{asked['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': asked['state']})}"
        if asked.get("prompt") == "login" and not self.ignores_prompt:
            self.signed_in_at = int(time.time())
        code = secrets.token_urlsafe(12)
        self._codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def exchange(self, sent: dict[str, str], authorization: str) -> Claims | None:
        """Tokens for a code; None for whom it doesn't give them."""
        expected = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        asked = self._codes.pop(sent.get("code", ""), None)
        if asked is None or authorization != f"Basic {expected}" or sent["redirect_uri"] != asked["redirect_uri"]:
            return None
        challenge = _base64(hashlib.sha256(sent["code_verifier"].encode()).digest())
        if asked["code_challenge_method"] != "S256" or asked["code_challenge"] != challenge:
            return None
        token = secrets.token_urlsafe(12)
        self._tokens.add(token)
        return {"access_token": token, "token_type": "Bearer", "expires_in": 300, "id_token": self._id_token(asked)}

    def about(self, authorization: str) -> Claims | None:
        if authorization.removeprefix("Bearer ") not in self._tokens:
            return None
        return {"sub": self.person["sub"], **self.userinfo}

    def _id_token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims = {**self.person, "iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300}
        claims["nonce"] = asked["nonce"]
        if self.signed_in_at is not None:
            claims["auth_time"] = self.signed_in_at
        claims = WRONG_CLAIMS[self.wrong](claims) if self.wrong in WRONG_CLAIMS else claims
        headers = {"kid": "key-2" if self.wrong == "unknown key" else KEY_ID}
        if self.wrong == "garbled":
            return "not.a.token"
        if self.wrong == "unsigned":
            return jwt.encode(claims, "", algorithm="none", headers=headers)
        if self.wrong == "shared secret":
            return jwt.encode(claims, CLIENT_SECRET * 2, algorithm="HS256", headers=headers)
        key = private_key("other" if self.wrong in ("other key", "unknown key") else "own")
        return jwt.encode(claims, key, algorithm="RS256", headers=headers)

    # ---- over HTTP -------------------------------------------------------------------------------------------
    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                address = urlsplit(self.path)
                if address.path == "/.well-known/openid-configuration":
                    self._say(provider.configuration())
                elif address.path == "/keys":
                    self._say(provider.keys())
                elif address.path == "/userinfo":
                    self._say(provider.about(self.headers.get("Authorization", "")))
                elif address.path == "/authorize":
                    self.send_response(302)
                    self.send_header("Location", provider.authorize(_single(address.query)))
                    self.end_headers()
                else:
                    self.send_error(404)

            def do_POST(self) -> None:
                sent = _single(self.rfile.read(int(self.headers["Content-Length"])).decode())
                self._say(provider.exchange(sent, self.headers.get("Authorization", "")))

            def _say(self, answer: Claims | None) -> None:
                body = json.dumps(answer if answer is not None else {"error": "invalid_grant"}).encode()
                self.send_response(200 if answer is not None else 400)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Says nothing."""

        return Handler


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _single(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}
