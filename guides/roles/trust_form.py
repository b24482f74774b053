"""The fields of the first question: who uses the role, and what that answer asks besides."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms

from accounts.models import AwsAccount
from guides.roles.outside import ISSUER_BY_NAME, ISSUERS, wrong_subject
from guides.roles.trusting import AccountTrust, PodTrust, RoleTrust, SamlTrust, ServiceTrust, TokenTrust
from identities.account.selectors import saml_providers
from identities.actions.trusted_services import BY_PRINCIPAL, SERVICES
from identities.models import SamlProvider
from identities.operations.oidc import LONGEST_CLIENT_ID, LONGEST_URL
from policies.engine.catalogue.service_principals import SERVICE_PRINCIPALS

SERVICE, PODS, SAML, ACCOUNT = "service", "pods", "saml", "account"
_FIRST_SERVICES = 7
_NAME = re.compile(r"[\w.+-]{1,140}", re.ASCII)
_KUBERNETES = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?", re.ASCII)
_PRINCIPAL = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com(\.cn)?", re.ASCII)
_HOST = re.compile(r"https://([a-z0-9-]+\.)+[a-z0-9-]+(/[\w+=,.@/-]*)?", re.ASCII)
_EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII)
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d", re.ASCII)


_MAY_BE_EMPTY = ("named", "external_id", "other")
_NO_SAML = "The mirror has no SAML provider: make one first, with its metadata."


@dataclass(frozen=True)
class UserChoice:
    """An answer to the first question."""

    value: str
    title: str
    second: str
    icon: str = ""


SERVICE_CHOICES = (
    *(UserChoice(each.principal, each.title, each.runs) for each in SERVICES[:_FIRST_SERVICES]),
    UserChoice(SERVICE, "Another service", f"{len(SERVICE_PRINCIPALS) - _FIRST_SERVICES} more"),
)
OUTSIDE_CHOICES = (
    *(UserChoice(each.name, each.title, each.second) for each in ISSUERS),
    UserChoice(PODS, "EKS Pod Identity", "a service account"),
    UserChoice(SAML, "SAML", "people who sign in there"),
    UserChoice(ACCOUNT, "Another AWS account", "with an external id"),
)


class TrustFields(forms.Form):
    """Derive from it. `asks`: which of its fields the chosen answer has."""

    aws_account: AwsAccount

    user = forms.ChoiceField(
        choices=[(each.value, each.title) for each in (*SERVICE_CHOICES, *OUTSIDE_CHOICES)], label="Who uses the role"
    )
    principal = forms.CharField(
        required=False, max_length=128, label="Service", help_text="As policies name it, such as events.amazonaws.com."
    )
    named = forms.CharField(required=False, max_length=140)
    region = forms.CharField(required=False, max_length=32)
    url = forms.CharField(
        required=False,
        max_length=LONGEST_URL,
        label="Address of the issuer",
        help_text="Just as tokens name it, with https://.",
    )
    subject = forms.CharField(required=False, max_length=1_024, label="Subject (sub)")
    audience = forms.CharField(required=False, max_length=LONGEST_CLIENT_ID, label="Audience (aud)")
    cluster = forms.CharField(required=False, max_length=100, label="Cluster", help_text="Its name.")
    namespace = forms.CharField(required=False, max_length=253, label="Namespace")
    service_account = forms.CharField(required=False, max_length=253, label="Service account")
    saml = forms.ChoiceField(required=False, label="SAML provider")
    account = forms.CharField(required=False, max_length=12, label="AWS account", help_text="Its 12 digits.")
    external_id = forms.CharField(
        required=False,
        max_length=1_224,
        label="External id",
        help_text="What the other side has to say, too: needed where it serves others as well as you.",
    )
    other = forms.CharField(
        required=False,
        max_length=2_048,
        label="Its user or role",
        help_text="The ARN of who alone may. If empty, the policies of that AWS account say who.",
    )

    of_trust: ClassVar[Sequence[str]] = [
        "principal",
        "named",
        "region",
        "url",
        "subject",
        "audience",
        "cluster",
        "namespace",
        "service_account",
        "saml",
        "account",
        "external_id",
        "other",
    ]

    def set_up_trust(self) -> None:
        """To be called by the form, once it knows its AWS account and its data."""
        self.saml_providers = {
            row.arn: row for row in saml_providers(self.aws_account).filter(gone_at=None).order_by("name_key")
        }
        self.fields["saml"].choices = [(arn, row.name) for arn, row in self.saml_providers.items()]  # type: ignore[attr-defined]  # a ChoiceField
        self.chosen = str(self["user"].value() or "")
        for name, words in self._words().items():
            for what, said in words.items():
                setattr(self.fields[name], what, said)
        for name in self.asks:
            if name not in _MAY_BE_EMPTY:
                self.fields[name].required = True
                self.fields[name].error_messages["required"] = self._lacking(name)

    @property
    def service(self) -> str:
        """The principal of the chosen service, as far as one is chosen."""
        if self.chosen == SERVICE:
            return str(self["principal"].value() or "").strip()
        return self.chosen if self.chosen in BY_PRINCIPAL else ""

    @property
    def asks(self) -> Sequence[str]:
        if issuer := ISSUER_BY_NAME.get(self.chosen):
            return ["subject", "audience"] if issuer.is_fixed else ["url", "subject", "audience"]
        outside = {
            PODS: ["cluster", "region", "namespace", "service_account"],
            SAML: ["saml"],
            ACCOUNT: ["account", "external_id", "other"],
        }
        if self.chosen in outside:
            return outside[self.chosen]
        known = BY_PRINCIPAL.get(self.service)
        first = ["principal"] if self.chosen == SERVICE else []
        return [*first, *(["named"] if known and known.named else []), "region"]

    def _lacking(self, name: str) -> str:
        if name == "subject":
            return wrong_subject(ISSUER_BY_NAME[self.chosen], "")
        if name == "saml":
            return "Choose one." if self.saml_providers else _NO_SAML
        return f"{self.fields[name].label or name.capitalize()}: say which."

    def _words(self) -> Mapping[str, Mapping[str, str]]:
        """Labels and hints that depend on the answer."""
        found: dict[str, dict[str, str]] = {}
        if known := BY_PRINCIPAL.get(self.service):
            hint = "Its name. It needn’t exist yet."
            if known.source:
                hint = "Its name; the role is for it alone then. It needn’t exist yet."
            found["named"] = {"label": known.named, "help_text": hint}
        if issuer := ISSUER_BY_NAME.get(self.chosen):
            example = f", such as {issuer.subject}" if issuer.subject else ""
            found["subject"] = {"help_text": f"Whose token opens the role{example}. * and ? stand for anything."}
            found["audience"] = {"help_text": f"Usually {issuer.audience}. What tokens have to be meant for."}
        return found

    # ---- Who may assume it -----------------------------------------------------------------------------------
    def trust_of(self, cleaned: Mapping[str, Any]) -> RoleTrust | None:
        """None: something is wrong with a field, and said there."""
        made = {PODS: self._pods, SAML: self._saml, ACCOUNT: self._account}.get(self.chosen)
        if made is None:
            made = self._tokens if self.chosen in ISSUER_BY_NAME else self._service
        trust = made({name: str(cleaned.get(name) or "").strip() for name in self.of_trust})
        return None if any(name in self.errors for name in self.asks) else trust

    def _check(self, name: str, fits: bool, sentence: str) -> None:
        if not fits and name not in self.errors:
            self.add_error(name, sentence)

    def _check_region(self, said: Mapping[str, str]) -> None:
        self._check("region", _REGION.fullmatch(said["region"]) is not None, "Give a Region, such as eu-west-1.")

    def _service(self, said: Mapping[str, str]) -> RoleTrust:
        principal = said["principal"] if self.chosen == SERVICE else self.chosen
        self._check(
            "principal", _PRINCIPAL.fullmatch(principal) is not None, "The name of a service ends in .amazonaws.com."
        )
        if said["named"]:
            self._check(
                "named", _NAME.fullmatch(said["named"]) is not None, "Letters, digits and _.+- only, and no ARN."
            )
        self._check_region(said)
        known = BY_PRINCIPAL.get(principal)
        return ServiceTrust(self.aws_account, principal, said["region"], said["named"] if known and known.named else "")

    def _tokens(self, said: Mapping[str, str]) -> RoleTrust:
        issuer = ISSUER_BY_NAME[self.chosen]
        url = issuer.url if issuer.is_fixed else said["url"].rstrip("/")
        self._check(
            "url", _HOST.fullmatch(url) is not None, "The address begins with https:// and has no port or query."
        )
        if wrong := wrong_subject(issuer, said["subject"]):
            self._check("subject", False, wrong)
        audience = said["audience"]
        is_one = bool(audience) and audience.isascii() and not set(audience) & set('*?"\\$ ')
        self._check("audience", is_one, f"Say for whom tokens are meant, usually {issuer.audience}; without * or ?.")
        return TokenTrust(self.aws_account, issuer, url, audience, said["subject"])

    def _pods(self, said: Mapping[str, str]) -> RoleTrust:
        self._check_region(said)
        self._check(
            "cluster", _NAME.fullmatch(said["cluster"]) is not None, "Give the name of the cluster, not its ARN."
        )
        for name in ("namespace", "service_account"):
            self._check(name, _KUBERNETES.fullmatch(said[name]) is not None, "Give its name; every one isn’t one.")
        return PodTrust(self.aws_account, said["region"], said["cluster"], said["namespace"], said["service_account"])

    def _saml(self, said: Mapping[str, str]) -> RoleTrust | None:
        provider: SamlProvider | None = self.saml_providers.get(said["saml"])
        self._check("saml", provider is not None, "Choose one." if self.saml_providers else _NO_SAML)
        return SamlTrust(self.aws_account, provider) if provider is not None else None

    def _account(self, said: Mapping[str, str]) -> RoleTrust:
        account, other, external = said["account"], said["other"], said["external_id"]
        self._check(
            "account", re.fullmatch(r"\d{12}", account, re.ASCII) is not None, "The id of an AWS account has 12 digits."
        )
        its = rf"arn:{self.aws_account.partition}:iam::{account}:(user|role)/[\w+=,.@/-]+"
        self._check(
            "other",
            not other or re.fullmatch(its, other, re.ASCII) is not None,
            "The ARN of a user or role of that AWS account.",
        )
        fits = not external or _EXTERNAL_ID.fullmatch(external) is not None
        self._check("external_id", fits, "An external id has 2 to 1,224 letters, digits and +=,.@:/-_ only.")
        own = account == self.aws_account.account_id
        self._check("account", not own, "This is this AWS account itself: name another one.")
        return AccountTrust(self.aws_account, account, external, other)
