"""Sign-in by an identity provider that speaks SAML 2.0 (docs/sign-in.md, docs/decisions/025).

The Web Browser SSO profile, begun by this console: the request goes by a redirect, the response comes by a form that
the provider's page posts (`views`). python3-saml verifies what is signed; what a response must say besides is in
`responses`. python3-saml is an extra (requirements/saml.txt): `metadata`, `provider` and `responses` are imported only
where SAML_METADATA is set.
"""
