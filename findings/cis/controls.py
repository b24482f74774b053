"""The controls about IAM of the CIS AWS Foundations Benchmark, by their numbers in its versions.

Version 4.0.1 has the numbers of 3.0 in this section. Titles are ours: the benchmark’s text is its publisher’s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

STANDARD = "CIS AWS Foundations Benchmark"
V3, V4, V5, V7 = "3.0", "4.0.1", "5.0", "7.0"
VERSIONS = (V7, V5, V4, V3)
USUAL = V5


@dataclass(frozen=True)
class Control:
    """`id` is ours, and the same in all versions. `numbers`: by version; it isn't in the others.

    `rules`: whose findings are what fails. `by_hand`: AWS tells nobody, or nobody but a person can say; the sentence is
    what to look at.
    """

    id: str
    title: str
    numbers: Mapping[str, str]
    level: int = 1
    rules: tuple[str, ...] = ()
    by_hand: str = ""
    why_not_held: str = ""  # of what the console never reads

    def number(self, version: str) -> str:
        """ "" where that version hasn't it."""
        return self.numbers.get(version, "")


def _numbers(v3: str, v5: str, v7: str) -> dict[str, str]:
    pairs = ((V3, v3), (V4, v3), (V5, v5), (V7, v7))
    return {version: number for version, number in pairs if number}


CONTROLS = (
    Control(
        "contacts",
        "Contact details are current",
        _numbers("1.1", "1.1", "2.2"),
        by_hand="Look at the contact information on the page Account of the AWS Management Console.",
    ),
    Control(
        "security_contact",
        "A security contact is registered",
        _numbers("1.2", "1.2", "2.3"),
        by_hand="Look at the alternate contacts on the page Account of the AWS Management Console.",
    ),
    Control(
        "security_questions",
        "Security questions are registered",
        {V3: "1.3", V4: "1.3"},
        by_hand="AWS no longer lets anybody register new ones. Where there are some, look at them there.",
    ),
    Control(
        "root_key", "The root user has no access key", _numbers("1.4", "1.3", "2.4"), rules=("credentials.root_key",)
    ),
    Control("root_mfa", "The root user has MFA", _numbers("1.5", "1.4", "2.5"), rules=("credentials.root_mfa",)),
    Control("root_hardware_mfa", "The root user’s MFA is hardware", _numbers("1.6", "1.5", "2.6"), level=2),
    Control(
        "root_unused", "The root user isn’t used daily", _numbers("1.7", "1.6", "2.7"), rules=("credentials.root_used",)
    ),
    Control(
        "password_length",
        "Passwords have 14 characters or more",
        _numbers("1.8", "1.7", "2.8"),
        rules=("account.weak_passwords",),
    ),
    Control(
        "password_reuse",
        "The last 24 passwords can’t be used again",
        _numbers("1.9", "1.8", "2.9"),
        rules=("account.weak_passwords",),
    ),
    Control(
        "user_mfa", "Users with a password have MFA", _numbers("1.10", "1.9", "2.10"), rules=("credentials.no_mfa",)
    ),
    Control("key_with_user", "No access key is made together with its user", _numbers("1.11", "1.10", "")),
    Control(
        "unused",
        "Credentials unused for 45 days are off",
        _numbers("1.12", "1.11", "2.11"),
        rules=("credentials.unused_key", "credentials.unused_password"),
    ),
    Control(
        "one_key", "A user has one active access key", _numbers("1.13", "1.12", ""), rules=("credentials.two_keys",)
    ),
    Control(
        "key_age",
        "Active access keys are 90 days old at most",
        _numbers("1.14", "1.13", "2.12"),
        rules=("credentials.old_key",),
    ),
    Control(
        "by_groups",
        "Users have permissions through groups only",
        _numbers("1.15", "1.14", "2.13"),
        rules=("credentials.own_policies",),
    ),
    Control("no_everything", "No attached policy allows everything", _numbers("1.16", "1.15", "2.14")),
    Control("support_role", "Somebody may work with AWS Support", _numbers("1.17", "1.16", "2.15")),
    Control(
        "instance_roles",
        "Instances get access by roles",
        _numbers("1.18", "1.17", "2.16"),
        why_not_held="The console doesn’t read instances of EC2.",
    ),
    Control(
        "certificates",
        "No expired server certificate is kept in IAM",
        _numbers("1.19", "1.18", "2.17"),
        rules=("account.certificate_ends",),
    ),
    Control(
        "analyzers",
        "An external access analyzer is on in each Region",
        _numbers("1.20", "1.19", "2.18"),
        why_not_held="The console doesn’t read analyzers of IAM Access Analyzer.",
    ),
    Control(
        "central_identity",
        "People sign in by one central directory",
        _numbers("1.21", "1.20", "2.19"),
        level=2,
        by_hand="Look whether people come by Identity Center or an identity provider, and which IAM users are left.",
    ),
    Control("cloudshell", "AWSCloudShellFullAccess is attached to nobody", _numbers("1.22", "1.21", "2.20")),
    Control(
        "central_root",
        "Root access of member accounts is central",
        {V7: "2.1.1"},
        level=2,
        by_hand="Look at the settings of root access in the management account.",
    ),
    Control(
        "guardrails",
        "Control policies bound each AWS account",
        {V7: "2.1.2"},
        level=2,
        by_hand="Look at the page Organization: which control policies bind which AWS account.",
    ),
)


def controls_of(version: str) -> list[Control]:
    """In the order of their numbers."""
    found = [each for each in CONTROLS if each.number(version)]
    return sorted(found, key=lambda each: [int(part) for part in each.number(version).split(".")])


def control_of(control_id: str) -> Control | None:
    return next((each for each in CONTROLS if each.id == control_id), None)
