"""The rules about pools, in words."""

from __future__ import annotations

from findings.rules import Rule

PREFIX = "cognito."
_CHOSEN = "People write it themselves, so they choose what AWS lets them do."
_MAP = "Map claims that only administrators set, or remove the attribute from what app clients may write."


def _pool(code: str, says: str, title: str, why: str, mend: str) -> Rule:
    return Rule(
        f"{PREFIX}{code}",
        says,
        title=title,
        why=why,
        mend=mend,
        one=f"pool: {title[0].lower()}{title[1:]}",
        many=f"pools: {title[0].lower()}{title[1:]}",
    )


RULES = (
    _pool(
        "WEAK_PASSWORDS",
        "A user pool that takes short passwords.",
        "Weak passwords are allowed",
        "Short passwords are guessed from lists.",
        "Ask for 12 characters. It holds for passwords that are set from then on.",
    ),
    _pool(
        "OPEN_SIGN_UP",
        "A user pool in which anybody may sign up, and whose people get AWS credentials.",
        "Anybody may sign up, and gets into AWS",
        "Whoever signs up has what the role of the identity pool allows.",
        "Let administrators create the accounts, or take the pool out of the identity pool.",
    ),
    _pool(
        "NO_MFA",
        "A user pool without a second factor.",
        "No second factor",
        "A stolen password is enough to sign in.",
        "Offer an authenticator app, or ask everybody for one.",
    ),
    _pool(
        "NOT_PROTECTED",
        "A user pool that one call deletes.",
        "No deletion protection",
        "AWS brings nobody of a deleted pool back.",
        "Turn on deletion protection.",
    ),
    _pool(
        "TELLS_WHO_EXISTS",
        "An app client that answers otherwise where a username exists.",
        "Tells who has an account",
        "Addresses can be tried one by one.",
        "Hide whether somebody exists, in the sign-in settings of the app client.",
    ),
    _pool(
        "PUBLIC_SECRET",
        "An app client on people’s devices that has a secret.",
        "A secret on people’s devices",
        "Whoever has the app can read the secret.",
        "Make an app client without one, and delete this one.",
    ),
    _pool(
        "IMPLICIT_FLOW",
        "An app client that takes tokens in the address.",
        "Tokens in the address",
        "The implicit flow leaves tokens in histories and logs.",
        "Use the code flow with PKCE.",
    ),
    _pool(
        "LONG_REFRESH",
        "An app client that keeps people signed in for more than 90 days.",
        "People stay signed in for long",
        "A stolen refresh token is valid as long.",
        "Set 30 days, AWS’s default.",
    ),
    _pool(
        "OPEN_CALLBACK",
        "An app client with a callback address that has * or http://.",
        "Codes are sent where others may read them",
        "Whoever reads the code signs in as that person.",
        "Name each address with https://.",
    ),
    _pool(
        "CLAIM_BY_CHOICE",
        "A claim that people write themselves and that gives them a role or a tag.",
        "People choose their own access",
        _CHOSEN,
        _MAP,
    ),
    _pool(
        "ROLES_NOT_READ",
        "An identity pool whose roles weren’t read.",
        "Its roles weren’t read",
        "What people get by it isn’t known.",
        "Refresh its page, or see in the pulls what AWS refused.",
    ),
    _pool(
        "GUESTS_READ_ALL_S3",
        "An identity pool whose guests reach every bucket.",
        "Guests reach all of S3",
        "Whoever knows the pool’s id is a guest; it stands in each app that uses the pool.",
        "Cut the role down to one prefix, or turn off guest access.",
    ),
    _pool(
        "GUESTS_DO_TOO_MUCH",
        "An identity pool whose guests may do more than use the resources that their role names.",
        "Guests have broad access",
        "Whoever knows the pool’s id is a guest; it stands in each app that uses the pool.",
        "Cut the role down, or turn off guest access.",
    ),
    _pool(
        "CLASSIC_FLOW",
        "An identity pool with the classic flow.",
        "The classic flow is on",
        "An app may choose the role itself, and Cognito’s limit on guests doesn’t apply.",
        "Turn it off.",
    ),
    _pool(
        "ROLE_MISSING",
        "An identity pool that names a role which isn’t there.",
        "A role is missing",
        "People who should get it get no credentials; somebody else may make a role of that name.",
        "Set the roles of the pool.",
    ),
    _pool(
        "TRUST_LETS_NOBODY_IN",
        "A role of an identity pool whose trust policy lets nobody of the pool in.",
        "A role doesn’t trust the pool",
        "People who should get it get no credentials.",
        "Fix the trust policy of the role.",
    ),
    _pool(
        "TRUST_WITHOUT_AUD",
        "A role of an identity pool whose trust policy doesn’t keep to that pool.",
        "Any pool may use a role",
        "Anybody can make an identity pool, and its people may take the role.",
        "Fix the trust policy of the role: it has to ask for aud.",
    ),
    _pool(
        "TRUST_OF_UNKNOWN_POOL",
        "A role of an identity pool that trusts a pool which the mirror doesn’t have.",
        "A role trusts an unknown pool",
        "It may be of anybody.",
        "Take it out of the trust policy.",
    ),
    _pool(
        "TRUST_WITHOUT_AMR",
        "A role for people who are signed in, whose trust policy lets guests in.",
        "Guests may take a role",
        "Who hasn’t signed in takes it in the classic flow.",
        "Fix the trust policy of the role: it has to ask for amr.",
    ),
    _pool(
        "TRUST_WITHOUT_TAGS",
        "A role whose trust policy takes no tags, of a pool that gives some.",
        "A role takes no tags",
        "Nobody gets in by it.",
        "Allow sts:TagSession in its trust policy.",
    ),
    _pool(
        "RULE_NEVER_MATCHES",
        "A rule of an identity pool that can’t match anybody.",
        "A rule can never match",
        "Whoever it was meant for gets another role, or none.",
        "Edit the rules.",
    ),
    _pool(
        "MAPPING_FALLS_BACK",
        "A role mapping that gives everybody a role whom nothing matches.",
        "A role for people whom nothing matches",
        "Nobody is turned away, whoever they are.",
        "Turn them away: set the resolution to deny.",
    ),
    _pool(
        "MAPPING_AMBIGUOUS",
        "Groups of equal precedence that give different roles.",
        "Groups of equal precedence",
        "The app chooses among the roles, or nobody gets one.",
        "Give each group a precedence of its own.",
    ),
    _pool(
        "ROLE_BY_CHOICE",
        "A role of an identity pool that people give themselves by a claim that they write.",
        "People choose their own role",
        _CHOSEN,
        _MAP,
    ),
    _pool(
        "TAG_BY_CHOICE",
        "A principal tag that people give themselves by a claim that they write.",
        "People choose their own tag",
        _CHOSEN,
        _MAP,
    ),
)
