"""Acme's Cognito user pools: the customers of its shop, and its partners. With faults to find."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

Person = dict[str, Any]

CUSTOMERS_CREATED, PARTNERS_CREATED = "2022-04-05 09:30", "2023-09-18 10:00"
NOW = datetime.fromisoformat("2026-11-24 18:00")
CUSTOMERS, PARTNERS = 800, 60
# What everybody signs in with who has a password, and the secret of every partner's authenticator app.
PASSWORD = "Demo-Horse-7"  # noqa: S105 (of people who don't exist)
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105

CUSTOMER_POOL: dict[str, Any] = {
    "PoolName": "acme-customers",
    "UsernameAttributes": ["email"],
    "AutoVerifiedAttributes": ["email"],
    "UsernameConfiguration": {"CaseSensitive": False},
    "Policies": {"PasswordPolicy": {"MinimumLength": 6, "RequireLowercase": True, "RequireNumbers": True}},
    "AccountRecoverySetting": {"RecoveryMechanisms": [{"Priority": 1, "Name": "verified_email"}]},
    "UserPoolTags": {"team": "shop", "tier": "production"},
    "Schema": [
        {
            "Name": "customer_no",
            "AttributeDataType": "String",
            "Mutable": True,
            "StringAttributeConstraints": {"MinLength": "4", "MaxLength": "12"},
        },
        {
            "Name": "plan",
            "AttributeDataType": "String",
            "Mutable": True,
            "StringAttributeConstraints": {"MinLength": "0", "MaxLength": "16"},
        },
    ],
}
PARTNER_POOL: dict[str, Any] = {
    "PoolName": "acme-partners",
    "AutoVerifiedAttributes": ["email"],
    "DeletionProtection": "ACTIVE",
    "Policies": {
        "PasswordPolicy": {
            "MinimumLength": 12,
            "RequireUppercase": True,
            "RequireLowercase": True,
            "RequireNumbers": True,
            "RequireSymbols": True,
            "TemporaryPasswordValidityDays": 14,
        }
    },
    "UserPoolTags": {"team": "partners", "tier": "production"},
    "Schema": [{"Name": "company", "AttributeDataType": "String", "Mutable": True}],
}
PARTNER_MFA = {"MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": {"Enabled": True}}

# A single-page app can't keep a secret, and its tokens come back in the address and last for ten years.
SHOP_CLIENT: dict[str, Any] = {
    "ClientName": "shop-web",
    "GenerateSecret": True,
    "RefreshTokenValidity": 3650,
    "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    "SupportedIdentityProviders": ["COGNITO"],
    "CallbackURLs": ["https://shop.acme.example/signed-in", "http://localhost:3000/signed-in"],
    "LogoutURLs": ["https://shop.acme.example/"],
    "AllowedOAuthFlowsUserPoolClient": True,
    "AllowedOAuthFlows": ["code", "implicit"],
    "AllowedOAuthScopes": ["openid", "email", "profile"],
    "PreventUserExistenceErrors": "LEGACY",
}
APP_CLIENT: dict[str, Any] = {
    "ClientName": "shop-app",
    "RefreshTokenValidity": 30,
    "AccessTokenValidity": 15,
    "IdTokenValidity": 15,
    "TokenValidityUnits": {"AccessToken": "minutes", "IdToken": "minutes", "RefreshToken": "days"},
    "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    "PreventUserExistenceErrors": "ENABLED",
}
PORTAL_CLIENT: dict[str, Any] = {
    "ClientName": "partner-portal",
    "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    "RefreshTokenValidity": 1,
    "SupportedIdentityProviders": ["COGNITO"],
    "CallbackURLs": ["https://partners.acme.example/signed-in"],
    "AllowedOAuthFlowsUserPoolClient": True,
    "AllowedOAuthFlows": ["code"],
    "AllowedOAuthScopes": ["openid", "email", "orders/read"],
    "PreventUserExistenceErrors": "ENABLED",
}
SYNC_CLIENT: dict[str, Any] = {
    "ClientName": "partner-sync",
    "GenerateSecret": True,
    "AllowedOAuthFlowsUserPoolClient": True,
    "AllowedOAuthFlows": ["client_credentials"],
    "AllowedOAuthScopes": ["orders/read", "orders/write"],
    "PreventUserExistenceErrors": "ENABLED",
}
ORDERS_SERVER = {
    "Identifier": "orders",
    "Name": "Orders API",
    "Scopes": [
        {"ScopeName": "read", "ScopeDescription": "Read orders"},
        {"ScopeName": "write", "ScopeDescription": "Change orders"},
    ],
}
# The one with a role is `gold`: whoever is put into it gets AWS access.
CUSTOMER_GROUPS = ({"GroupName": "beta", "Description": "Sees what comes next"},)
PARTNER_GROUPS: tuple[dict[str, Any], ...] = (
    {"GroupName": "gold", "Description": "May upload catalogues to S3", "Precedence": 1},
    {"GroupName": "silver", "Description": "Orders with a discount", "Precedence": 5},
    {"GroupName": "trial", "Precedence": 10},
)

_FIRST = """
    Ada Ben Carla Dario Elif Farid Greta Hugo Ines Jonas Kira Luca Mila Noah Olga Pavel Quinn Rosa Samir Tilda
"""
_LAST = """
    Albrecht Bauer Costa Dubois Eriksen Fontana Garcia Hoffmann Ivanova Jansen Kowalski Lindgren Moreau Novak Okafor
    Petrov Quist Rossi Schmidt Tanaka Ulrich Vogel Weber Xu Yilmaz Zimmer
"""
_COMPANIES = ("Northwind Traders", "Contoso Retail", "Fabrikam", "Tailwind Toys", "Litware")


def customers() -> Iterator[Person]:
    for n in range(CUSTOMERS):
        first, last = _name(n, n // 3)
        email = f"{first}.{last}.{n + 1}@mail.example".lower()
        created = NOW - timedelta(hours=7 + 51 * n)
        unfinished, never_signed_in = n % 40 == 3, n % 100 == 51
        attributes = {
            "email": email,
            "email_verified": "false" if unfinished else "true",
            "given_name": first,
            "family_name": last,
            "custom:customer_no": f"C{100_001 + n}",
            "custom:plan": "plus" if n % 7 == 0 else "basic",
        }
        if n % 5 == 0:
            attributes |= {"phone_number": f"+4930{1_000_000 + 37 * n}", "phone_number_verified": "false"}
        status = "UNCONFIRMED" if unfinished else "FORCE_CHANGE_PASSWORD" if never_signed_in else "CONFIRMED"
        if n % 90 == 8:
            status = "RESET_REQUIRED"
        yield {
            "attributes": attributes,
            "status": status,
            "enabled": n % 60 != 17,
            "created": created.isoformat(),
            "changed": (created + timedelta(days=n % 5)).isoformat() if n > 5 else created.isoformat(),
            "groups": ["beta"] if n % 25 == 1 else [],
            "password": PASSWORD,
        }


def partners() -> Iterator[Person]:
    for n in range(PARTNERS):
        first, last = _name(3 * n, n)
        company = _COMPANIES[n % len(_COMPANIES)]
        created = NOW - timedelta(days=4 + 11 * n)
        is_new = n < 4
        group = "gold" if n % 10 == 5 else "silver" if n % 3 else "trial"
        yield {
            "username": f"{first}.{last}.{n + 1}".lower(),
            "attributes": {
                "email": f"{first}.{last}@{company.split()[0]}.example".lower(),
                "email_verified": "true",
                "name": f"{first} {last}",
                "custom:company": company,
            },
            "status": "FORCE_CHANGE_PASSWORD" if is_new else "CONFIRMED",
            "enabled": n % 20 != 19,
            "created": created.isoformat(),
            "groups": [group],
            "password": PASSWORD,
            **({} if is_new else {"totp_secret": TOTP_SECRET, "factors": ["SOFTWARE_TOKEN_MFA"]}),
        }


def _name(first: int, last: int) -> tuple[str, str]:
    firsts, lasts = _FIRST.split(), _LAST.split()
    return firsts[first % len(firsts)], lasts[last % len(lasts)]
