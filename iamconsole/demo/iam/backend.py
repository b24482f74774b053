"""IAM of one AWS account: moto's, with what it lacks."""

from __future__ import annotations

from typing import Any

import moto.iam.urls

from iamconsole.demo.iam.attachments import Attachments
from iamconsole.demo.iam.people import People
from iamconsole.demo.iam.policies import Policies
from iamconsole.demo.iam.roles import Roles


class Backend(Attachments, People, Roles, Policies):
    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.user_boundaries = {}
        self.trusted = {}

    @property
    def _url_module(self) -> Any:
        """moto derives this from the module that a backend class stands in."""
        return moto.iam.urls
