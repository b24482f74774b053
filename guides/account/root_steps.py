"""Steps about the root user itself, and all that put it to rest.

IAM User Guide, "Root user best practices for your AWS account", "Centrally manage root access for member accounts".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.urls import reverse

from guides.account import root_rules
from guides.account.by_hand import USER_GUIDE, AwsPage, ByHand, ByHandStep
from guides.account.login_steps import AddressStep, AdministratorsStep, DemandStep, DevicesStep
from guides.models import TaskRun
from guides.runs.steps import StepFound, TaskStep, done, to_do, unknown
from identities.account.selectors import settings_of
from identities.account.settings import read_root_access
from identities.credentials.root import root_of
from policies.organizations.selectors import organization_of


def _page(run: TaskRun, name: str) -> str:
    return reverse(name, kwargs={"account_id": run.aws_account.account_id})


class RootKeysStep(ByHandStep):
    name = "keys"
    title = "The root user has no access keys"
    by_hand = ByHand(
        (
            "Find out what uses them, and give that a role of its own.",
            "Sign in as the root user: the e-mail address of the AWS account.",
            "Top right: the name of the AWS account, then Security credentials.",
            "Access keys: Deactivate each, and when nothing fails for some days, Delete it.",
            "X.509 signing certificates: the same.",
        ),
        path="iam/home#/security_credentials",
        opens="Open the security credentials",
        source=AwsPage("Delete access keys for the root user", f"{USER_GUIDE}root-user_delete-access-key.html"),
    )

    def look(self, run: TaskRun) -> StepFound:
        settings = settings_of(run.aws_account)
        certificates = (settings.summary or {}).get("AccountSigningCertificatesPresent") if settings else None
        found = root_rules.root_keys_gone(root_of(run.aws_account), None if certificates is None else certificates > 0)
        return replace(found, url=_page(run, "root_user"), url_words="The root user")


class RootMfaStep(ByHandStep):
    name = "root_mfa"
    title = "The root user has MFA"
    by_hand = ByHand(
        (
            "Sign in as the root user.",
            "Top right: the name of the AWS account, then Security credentials.",
            "Multi-factor authentication, Assign MFA device: a passkey or a hardware security key.",
            "A second one, kept elsewhere, helps when the first is lost: AWS takes up to eight.",
            "Put the password and the devices where two people are needed to get at them.",
        ),
        path="iam/home#/security_credentials",
        opens="Open the security credentials",
        source=AwsPage(
            "Multi-factor authentication for AWS account root user", f"{USER_GUIDE}enable-mfa-for-root.html"
        ),
    )

    def look(self, run: TaskRun) -> StepFound:
        return root_rules.root_has_mfa(root_of(run.aws_account))


class MailboxStep(ByHandStep):
    name = "mailbox"
    title = "Its mailbox and telephone are the organization’s"
    by_hand = ByHand(
        (
            "The e-mail address is one that several people of the organization read: whoever reads it can reset the "
            "root user’s password.",
            "The telephone number is current, and the organization’s.",
            "Alternate contacts for billing, operations and security are set.",
        ),
        path="billing/home#/account",
        opens="Open the account page",
        source=AwsPage("Root user best practices for your AWS account", f"{USER_GUIDE}root-user-best-practices.html"),
    )

    def look(self, run: TaskRun) -> StepFound:
        return unknown("AWS tells the console nothing of it: confirm it by hand.")


class RestStep(TaskStep):
    name = "rest"
    title = "Nobody uses it"

    def look(self, run: TaskRun) -> StepFound:
        found = root_rules.root_rests(root_of(run.aws_account))
        return replace(found, url=f"{_page(run, 'root_user')}#h-only-root", url_words="What it is still needed for")


class CentralStep(TaskStep):
    """Of the management account of an organization: the root users of its members."""

    name = "central"
    title = "The organization manages the root users of its members"

    def look(self, run: TaskRun) -> StepFound:
        settings = settings_of(run.aws_account)
        url, words = f"{_page(run, 'account_settings')}#h-root-access", "Centralised root access"
        if settings is None or settings.root_access is None:
            why = (settings and settings.no_root_access) or "Not read yet."
            return unknown(why, url, words)
        said = read_root_access(settings.root_access)
        if said.barrier:
            return to_do(f"{said.barrier} {said.remedy}", url, words)
        off = [feature.title for feature, on in said.features if not on]
        if off:
            return to_do(f"Switched off: {', '.join(off)}.", url, words)
        return done("Root credentials of member accounts can be deleted from here, and new ones have none.", url, words)


STEPS: Sequence[TaskStep] = (
    AdministratorsStep(),
    DemandStep(),
    DevicesStep(),
    AddressStep(),
    RootKeysStep(),
    RootMfaStep(),
    MailboxStep(),
    RestStep(),
)


def steps_of(run: TaskRun) -> Sequence[TaskStep]:
    return [*STEPS, CentralStep()] if organization_of(run.aws_account) else STEPS
