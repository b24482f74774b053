"""`manage.py make_seal_key`: a new key for SEAL_KEYS, as it is or wrapped by a key of AWS KMS."""

from __future__ import annotations

import secrets
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sync.aws import kms


class Command(BaseCommand):
    help = "Prints a new key for SEAL_KEYS. Nothing is kept of it: put it into the file or the secret store yourself."

    def add_arguments(self, parser: CommandParser) -> None:
        words = "the ARN of a key of AWS KMS, under which it is wrapped: then what is printed is no secret by itself"
        parser.add_argument("--kms-key", default="", metavar="ARN", help=words)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = kms.make_key(options["kms_key"]) if options["kms_key"] else secrets.token_urlsafe(48)
        except kms.KmsRefused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(made)
