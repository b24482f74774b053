"""What is wrong with the settings of an AWS account, its sign-in providers and server certificates: as findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from django.db.models import Q
from django.utils import timezone

from accounts.models import AwsAccount
from findings.models import FindingSeverity
from findings.rules import Rule, rules_of
from findings.sources import Found, ListedSource
from iamconsole.web.words import day
from identities.account import password_policy
from identities.account.selectors import saml_providers, server_certificates
from identities.models import IamAccount, SamlProvider, ServerCertificate
from identities.models.account import ENDS_SOON

WEAK_PASSWORDS, SAML_ENDS, CERTIFICATE_ENDS = "account.weak_passwords", "account.saml_ends", "account.certificate_ends"


class AccountSource(ListedSource):
    name = "account"
    title = "Settings"
    code = ("identities/posture", "identities/account/password_policy.py")
    rules: Mapping[str, Rule] = rules_of(
        Rule(
            WEAK_PASSWORDS,
            "A password policy that takes short passwords, or old ones again; or none, so that AWS’s default holds.",
            title="Weak password policy",
            why="Passwords of IAM users are as good as the policy asks for.",
            mend="Ask for 14 characters, and keep the last 24 passwords from being used again.",
            alone="The password policy is weak",
        ),
        Rule(
            SAML_ENDS,
            "A SAML provider whose metadata or certificate ends within 30 days, or has ended.",
            title="Sign-in through a SAML provider ends",
            why="After that nobody can sign in through it until new metadata is uploaded.",
            mend="Upload the provider’s new metadata before.",
            one="SAML provider ends soon or has ended",
            many="SAML providers end soon or have ended",
        ),
        Rule(
            CERTIFICATE_ENDS,
            "A server certificate of IAM that expires within 30 days, or has expired.",
            title="Server certificate ends",
            why="Clients that connect to what uses it are warned or turned away.",
            mend="Have AWS Certificate Manager issue one, use that, and delete this one.",
            one="server certificate expired or will within 30 days",
            many="server certificates expired or will within 30 days",
        ),
    )

    def found(self, aws_account: AwsAccount) -> Iterable[Found]:
        yield from _of_passwords(aws_account)
        yield from _of_providers(aws_account)
        yield from _of_certificates(aws_account)


def _of_passwords(aws_account: AwsAccount) -> Iterator[Found]:
    row = IamAccount.objects.live().filter(aws_account=aws_account, password_policy__isnull=False).first()
    if row is None:
        return
    policy = password_policy.read(row.password_policy)
    if policy.weaknesses:
        whose = "AWS’s default password policy is in force. " if policy.is_default else ""
        sentence = f"{whose}{' '.join(policy.weaknesses)}"
        yield Found(WEAK_PASSWORDS, FindingSeverity.MEDIUM, IamAccount.kind, row.aws_id, "Password policy", sentence)


def _of_providers(aws_account: AwsAccount) -> Iterator[Found]:
    by = timezone.now() + ENDS_SOON
    ending = Q(valid_until__lt=by) | Q(certificate_expires_at__lt=by)
    for row in saml_providers(aws_account).filter(ending, gone_at__isnull=True).order_by("pk"):
        ends = day(row.ends_at)
        sentence = f"Sign-in through {row.name} {'ended' if row.has_ended else 'ends'} on {ends}."
        yield Found(SAML_ENDS, FindingSeverity.HIGH, SamlProvider.kind, row.aws_id, row.name, sentence, (str(ends),))


def _of_certificates(aws_account: AwsAccount) -> Iterator[Found]:
    by = timezone.now() + ENDS_SOON
    for row in server_certificates(aws_account).filter(gone_at__isnull=True, expires_at__lt=by).order_by("pk"):
        severity = FindingSeverity.HIGH if row.has_ended else FindingSeverity.MEDIUM
        sentence = (
            f"The server certificate {row.name} {'expired' if row.has_ended else 'expires'} on {day(row.ends_at)}."
        )
        yield Found(CERTIFICATE_ENDS, severity, ServerCertificate.kind, row.aws_id, row.name, sentence)
