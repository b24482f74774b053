"""What people and programs of Acme uploaded to prove who they are, and what is true of its root user."""

from __future__ import annotations

from typing import Any

from emulator.sample_estate.data.kinds import ServiceCredential, Uploaded

# Ran out in May 2026, and nobody noticed.
SIGNING_CERTIFICATE = Uploaded(
    "2023-05-10 12:10",
    """\
-----BEGIN CERTIFICATE-----
MIIDTTCCAjWgAwIBAgIUH/6lq6jQB9cMLSrvNPkc0wdIjSAwDQYJKoZIhvcNAQEL
BQAwNjElMCMGA1UEAwwcbWV0cmljcy1zaGlwcGVyLmFjbWUuZXhhbXBsZTENMAsG
A1UECgwEQWNtZTAeFw0yMzA1MTAxMjAwMDBaFw0yNjA1MDkxMjAwMDBaMDYxJTAj
BgNVBAMMHG1ldHJpY3Mtc2hpcHBlci5hY21lLmV4YW1wbGUxDTALBgNVBAoMBEFj
bWUwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQDCrRPxEJwdmYwXpY8O
EpkJak1FwQ4nJgjsJ+c4CeIh2FBPnolzNmG1vhSn0EXt0660YvhKn/VRKgQJFHLk
bG5r9yl90O34n2qIj36AmmKM4Vls9b8WQdKA7bMpN/+BiwcSf741d/715tpcT8l3
cmRnG6xJ8q7L37/QdZ5vtXk4BpwFZnxCr/orvDvsik8vbaPrJyZWGevWmJuBVQFl
i/7gxUAiptGmWVaOXY8lvFhZOuC72oX4p9pFjH4ZFvAOYpLalr5fQAejO3h9RTKG
vHvNhu0wC67iYuQ4x70GltxRTNlKAAROsvUV8ogtNecfixqEbHzOqeYjKd6YMVrB
CcX5AgMBAAGjUzBRMB0GA1UdDgQWBBQrjCyuv0K0wByQxNSaY2xlh1W9ujAfBgNV
HSMEGDAWgBQrjCyuv0K0wByQxNSaY2xlh1W9ujAPBgNVHRMBAf8EBTADAQH/MA0G
CSqGSIb3DQEBCwUAA4IBAQDBFOBtttR8D6YHpb94zZmfSkdlOkD6nmOo5LsWzwWm
Y3xs0kN4Tx8pPNUyfRd80+gHc0I7+fKKVOKfewa93/24shxhPmKj4sxG8EmF57LN
hhNqURWJ97Uevt90d1Wi0pVXd8koFl+3zKlqBsq91hliRVkRX3GblIKqb+qDza+g
2KCdGAsmeimIMcF/vem1I5zbO9KwvkZl15z1rmw0Imaca+D2vf/uWTTc89rzo33Z
BNW+3fHCprmkkwPDh7thgPkIBdoWgV0BQWLtpJ5pfjHAkNOjLlNXa92QCR+fl2Sd
gBCZkjDImnpPOBPjAOOKVZplWd9bfBoM5SUOSuPTJa+O
-----END CERTIFICATE-----
""",
)
SSH_KEY = Uploaded(
    "2022-02-16 08:20",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAID3Zppz2OL6Y1hvI3Ka9xqacXV3Gd0ILuv6Q+YHUUB5u jonas.weber",
)
GIT = ServiceCredential("2024-03-05 09:40", "codecommit.amazonaws.com")
# An API key that runs out, and one that never does.
MODELS_FOR_A_QUARTER = ServiceCredential("2026-10-12 13:05", "bedrock.amazonaws.com", days=90)
MODELS_FOR_EVER = ServiceCredential("2026-02-02 16:30", "bedrock.amazonaws.com")

# As nobody should leave it: a key, in use now and then, and no MFA.
ROOT: dict[str, Any] = {
    "created": "2018-10-01 08:00+00:00",
    "signed_in": "2026-11-02 17:25+00:00",
    "mfa": "",
    "keys": [
        {
            "created": "2018-11-20 13:45+00:00",
            "last_used": "2026-09-30 22:04+00:00",
            "service": "s3",
            "region": "eu-west-1",
        }
    ],
}
