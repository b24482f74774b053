"""Ending sessions. Of who is signed in no list tells: the part is {"sub"}."""

from __future__ import annotations

from cognito.operations.people.base import PersonParams, Unseen


class SignOut(Unseen[PersonParams]):
    kind = "cognito.user.sign_out"
    aws_operation = "AdminUserGlobalSignOut"
    params_type = PersonParams

    def title(self, p: PersonParams) -> str:
        return f"Sign {p.sub} out everywhere"
