"""Trying out how people sign in and what they get: as their own apps, by the public calls. Nothing secret is kept."""


def register() -> None:
    from accounts import audit
    from accounts.roles import PROPOSE
    from iamconsole.web import panels

    audit.register(
        {
            "cognito.tried_credentials": "tried what {who} of the identity pool {object} gets",
            "cognito.tried_sign_in": "tried to sign in to the user pool {object}",
            "cognito.tried_sign_up": "tried to sign up for the user pool {object}",
            "cognito.made_test_user": "made the test user {sub} by signing up for the user pool {object}",
        }
    )
    panels.register(
        panels.Panel("identity_pool", "try", "Try it", "identity_pool_try", permission=PROPOSE, position=40)
    )
    panels.register(panels.Panel("cognito_pool", "try", "Try it", "try_sign_in", permission=PROPOSE, position=70))
