"""Server certificates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django import forms

from identities.actions.make import NewForm
from identities.kinds import SERVER_CERTIFICATE
from identities.operations import rename_certificate, upload_certificate
from identities.operations.certificates import LONGEST_BODY, LONGEST_CHAIN
from sync.operations import StepSpec
from sync.sealed import keep_typed

_LONGEST_KEY = 16_384  # IAM API Reference, UploadServerCertificate


class SecretText(forms.Textarea):
    """What was typed is never printed again."""

    def format_value(self, value: Any) -> str:
        return ""


class UploadServerCertificateForm(NewForm):
    heading = "Upload a server certificate"
    about = "For load balancers and CloudFront. Where AWS Certificate Manager is to be had, it does this better."
    body = forms.CharField(
        max_length=LONGEST_BODY, label="Certificate", help_text="In PEM.", widget=forms.Textarea(attrs={"rows": 6})
    )
    chain = forms.CharField(
        max_length=LONGEST_CHAIN,
        label="Chain",
        required=False,
        help_text="The intermediate certificates in PEM, one after the other, up to the root.",
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    private_key = forms.CharField(
        max_length=_LONGEST_KEY,
        help_text="In PEM, without a passphrase. It is sealed until it is sent, shown to nobody, then erased.",
        widget=SecretText(attrs={"rows": 6, "autocomplete": "off", "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        """AWS would refuse a key that isn't the certificate's, after others have approved it."""
        cleaned: dict[str, Any] = super().clean() or {}
        if "body" in cleaned and "private_key" in cleaned:
            self._compare(cleaned["body"], cleaned["private_key"])
        return cleaned

    def _compare(self, body: str, private_key: str) -> None:
        try:
            wanted = x509.load_pem_x509_certificate(body.encode()).public_key()
        except ValueError:
            self.add_error("body", "This isn't a certificate in PEM that can be read.")
            return
        try:
            given = load_pem_private_key(private_key.encode(), password=None).public_key()
        except (TypeError, ValueError):
            self.add_error("private_key", "This isn't a private key in PEM, or it has a passphrase.")
            return
        if given != wanted:
            self.add_error("private_key", "This is the key of another certificate.")

    def steps(self) -> Sequence[StepSpec]:
        cleaned = self.cleaned_data
        arn = SERVER_CERTIFICATE.arn_of(self.aws_account, cleaned["name"], cleaned["path"])
        key = keep_typed(
            cleaned["private_key"], name="Private key", aws_account=self.aws_account, operator=self.operator
        )
        return [upload_certificate(arn, _lines(cleaned["body"]), key, _lines(cleaned["chain"]))]


class RenameCertificateForm(NewForm):
    heading = "Rename {names}"
    about = "What uses it goes on. Its ARN has name and path in it: what names that has to be changed."

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.update({"name": self.target.name, "path": self.target.path})

    def steps(self) -> Sequence[StepSpec]:
        cleaned = self.cleaned_data
        return [
            rename_certificate(
                self.target.arn, SERVER_CERTIFICATE.arn_of(self.aws_account, cleaned["name"], cleaned["path"])
            )
        ]


def _lines(pem: str) -> str:
    return pem.replace("\r\n", "\n").strip()
