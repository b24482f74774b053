"""Whom one can contain: a user, a role, a person of Identity Center, somebody of a user pool, an identity of a pool."""
