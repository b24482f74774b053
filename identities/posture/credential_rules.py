"""The rules about credentials, in words."""

from __future__ import annotations

from findings.rules import Rule

ROOT_KEY, ROOT_MFA, ROOT_USED = "credentials.root_key", "credentials.root_mfa", "credentials.root_used"
NO_MFA, UNUSED_PASSWORD = "credentials.no_mfa", "credentials.unused_password"
OLD_KEY, UNUSED_KEY, TWO_KEYS = "credentials.old_key", "credentials.unused_key", "credentials.two_keys"
OWN_POLICIES = "credentials.own_policies"

RULES = (
    Rule(
        ROOT_KEY,
        "An access key of the root user.",
        title="Access key of the root user",
        why="No policy limits what it may do, and whoever finds it has the AWS account.",
        mend="Find out what uses it, give that a role, then delete the key as the root user.",
        alone="The root user has an access key",
    ),
    Rule(
        ROOT_MFA,
        "A root user who signs in with a password alone.",
        title="No MFA for the root user",
        why="Anybody who learns its password controls the AWS account.",
        mend="Sign in as the root user and register a passkey or another device; or have AWS Organizations remove the "
        "root credentials of member accounts.",
        alone="The root user has no MFA",
    ),
    Rule(
        ROOT_USED,
        "A root user who was used in the last 90 days.",
        title="Root user in use",
        why="What the root user does is limited by no policy and leads to no person.",
        mend="Ask who did what. Give the work to a role; the page of the root user says what only root can do.",
        alone="The root user was used",
    ),
    Rule(
        NO_MFA,
        "A user who signs in to the AWS Management Console with a password alone.",
        title="Signs in without MFA",
        why="A password that was guessed, reused or phished is enough.",
        mend="Ask the user to register a device, and demand MFA by a policy until then: it denies everything else.",
        one="user signs in without MFA",
        many="users sign in without MFA",
    ),
    Rule(
        UNUSED_PASSWORD,
        "A password for the AWS Management Console that wasn’t used for 45 days.",
        title="Unused password",
        why="Nobody notices who else signs in with it.",
        mend="Delete the login profile; the user and the keys stay.",
        one="user has a password that isn’t used",
        many="users have passwords that aren’t used",
    ),
    Rule(
        OLD_KEY,
        "An active access key older than 90 days.",
        title="Access key older than 90 days",
        why="A key that leaked long ago still works.",
        mend="Rotate it; deactivate it where nothing uses it. Better still: a role in its place.",
        one="user has an access key older than 90 days",
        many="users have an access key older than 90 days",
    ),
    Rule(
        UNUSED_KEY,
        "An active access key that wasn’t used for 45 days, and isn’t older than 90.",
        title="Unused access key",
        why="Nobody notices who else uses it.",
        mend="Deactivate it, and delete it once nobody misses it.",
        one="user has an access key that isn’t used",
        many="users have access keys that aren’t used",
    ),
    Rule(
        TWO_KEYS,
        "A user with two active access keys.",
        title="Two active access keys",
        why="Two keys leak twice as easily, and one of them is often forgotten after a rotation.",
        mend="Deactivate the one that isn’t used.",
        one="user has two active access keys",
        many="users have two active access keys",
    ),
    Rule(
        OWN_POLICIES,
        "A user with policies of their own, attached or inline, beside those of groups.",
        title="Policies not by a group",
        why="Who has what is seen in groups; what was given to one person is forgotten.",
        mend="Put the user into a group that has the policies, and detach them from the user.",
        one="user has policies directly",
        many="users have policies directly",
    ),
)
