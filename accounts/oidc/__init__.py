"""Sign-in by an identity provider that speaks OpenID Connect (docs/sign-in.md).

django-allauth finds the provider, asks it and keeps the state of each try (`provider`); what an ID token must be is
here (`tokens`), since allauth believes a token that it fetched itself, and looks at neither nonce nor `auth_time`.
What comes after is the same for SAML: `accounts.proofs` says what a session proves, and
`accounts.services.provider_operators` whose it is.
"""
