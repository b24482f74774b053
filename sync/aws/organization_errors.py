"""Errors of AWS that say how an organization is set, and who in it asks: states, in which nothing went wrong."""

from __future__ import annotations

from sync.aws.errors import UnsupportedError


class OrganizationState(UnsupportedError):
    """It isn't to be had as the organization is set, or by who asks: a state, and nothing that went wrong."""


class NotInOrganization(OrganizationState):
    """A stand-alone AWS account."""

    what = "{aws_account} is not in an organization."
    advice = ""


class NotManagementAccount(OrganizationState):
    what = (
        "{operation} is for the management account of an organization, and {aws_account} is not it; nothing was done."
    )
    advice = "Connect the management account to this console, and propose the change there."


class NotRootAdministrator(OrganizationState):
    what = (
        "{operation} is for the management account of an organization and for its delegated administrator for IAM:"
        " {aws_account} is neither."
    )
    advice = "Connect one of them to this console, and look there."


class IamNotTrusted(OrganizationState):
    what = (
        "{operation} needs trusted access for IAM in the organization of {aws_account}, which is switched off;"
        " nothing was done."
    )
    advice = (
        "Switch it on in the management account, by aws organizations enable-aws-service-access --service-principal"
        " iam.amazonaws.com, or in the console of AWS Organizations under Services; then try again."
    )


class PolicyTypeOff(OrganizationState):
    what = "{operation} needs a type of policies that is switched off in the organization; nothing was done."
    advice = "Switch it on for the root, in the console of AWS Organizations under Policies; then try again."


class BillingOnly(OrganizationState):
    what = (
        "The organization of {aws_account} is for consolidated billing only, and {operation} needs all features;"
        " nothing was done."
    )
    advice = "Enable all features in the settings of AWS Organizations, in the management account; then try again."
