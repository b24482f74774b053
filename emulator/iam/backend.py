"""IAM of one AWS account: moto's, with what it lacks."""

from __future__ import annotations

from typing import Any

import moto.iam.urls

from emulator.iam.attachments import Attachments
from emulator.iam.credential_report import CredentialReports
from emulator.iam.delegation import Delegation
from emulator.iam.last_accessed import LastAccessed
from emulator.iam.people import People
from emulator.iam.policies import Policies
from emulator.iam.providers import Providers
from emulator.iam.roles import Roles
from emulator.iam.root import RootFacts
from emulator.iam.settings import Settings


class Backend(CredentialReports, Attachments, People, Roles, Policies, Providers, Settings, LastAccessed, Delegation):
    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.user_boundaries = {}
        self.trusted = {}
        self.passwords = {}
        self.service_credentials = {}
        self.root = RootFacts()
        self.account_summary._account_mfa_enabled = int(bool(self.root.mfa))  # as the credential report has it
        self.report = None
        self.report_begun = False
        self.token_version = 1
        self.service_uses = {}
        self.action_uses = {}
        self.access_jobs = {}
        self.delegation_requests = {}

    @property
    def _url_module(self) -> Any:
        """moto derives this from the module that a backend class stands in."""
        return moto.iam.urls
