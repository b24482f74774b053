"""Account Management of the emulator: the Regions of an AWS account and its name, which moto doesn't know; and
ec2:DescribeRegions, which it answers for all partitions at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import moto.account.models as models
import moto.account.urls
from moto.account.responses import AccountResponse
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult, EmptyResult
from moto.organizations.models import organizations_backends

# "AWS Regions" in the AWS Account Management Reference Guide.
_ALWAYS_ON = {
    "aws": """
        ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-southeast-1 ap-southeast-2 ca-central-1 eu-central-1
        eu-north-1 eu-west-1 eu-west-2 eu-west-3 sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2
    """,
    "aws-cn": "cn-north-1 cn-northwest-1",
    "aws-us-gov": "us-gov-east-1 us-gov-west-1",
}
_OPT_IN = {
    "aws": """
        af-south-1 ap-east-1 ap-south-2 ap-southeast-3 ap-southeast-4 ca-west-1 eu-central-2 eu-south-1 eu-south-2
        il-central-1 me-central-1 me-south-1
    """,
}
_IN_EC2_WORDS = {"ENABLED_BY_DEFAULT": "opt-in-not-required", "ENABLED": "opted-in", "DISABLED": "not-opted-in"}
_MOST = 50


class Backend(models.AccountBackend):  # type: ignore[misc]
    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.opted_in: set[str] = set()

    @property
    def _url_module(self) -> Any:
        """moto derives this from the module that a backend class stands in."""
        return moto.account.urls

    def states(self) -> dict[str, str]:
        """AWS's word for each Region, in the order of their names."""
        states = dict.fromkeys(_ALWAYS_ON[self.partition].split(), "ENABLED_BY_DEFAULT")
        for name in _OPT_IN.get(self.partition, "").split():
            states[name] = "ENABLED" if name in self.opted_in else "DISABLED"
        return dict(sorted(states.items()))


class Responses(AccountResponse):  # type: ignore[misc]
    def list_regions(self) -> ActionResult:
        wanted = self._get_param("RegionOptStatusContains")
        size, begin = int(self._get_param("MaxResults") or _MOST), int(self._get_param("NextToken") or 0)
        regions = [
            {"RegionName": name, "RegionOptStatus": state}
            for name, state in self._backend.states().items()
            if not wanted or state in wanted
        ]
        rest = {"NextToken": str(begin + size)} if len(regions) > begin + size else {}
        return ActionResult({"Regions": regions[begin : begin + size], **rest})

    def enable_region(self) -> EmptyResult:
        self._backend.opted_in.add(self._optional_region())
        return EmptyResult()

    def disable_region(self) -> EmptyResult:
        self._backend.opted_in.discard(self._optional_region())
        return EmptyResult()

    def put_account_name(self) -> EmptyResult:
        """Its name in its organization."""
        account_id = self._get_param("AccountId") or self.current_account
        for partitions in list(organizations_backends.values()):
            for account in partitions[self.partition].accounts:
                if account.id == account_id:
                    account.name = str(self._get_param("AccountName"))
        return EmptyResult()

    def _optional_region(self) -> str:
        name = str(self._get_param("RegionName"))
        if self._backend.states().get(name) in (None, "ENABLED_BY_DEFAULT"):
            raise JsonRESTError("ValidationException", f"{name} can be neither enabled nor disabled.")
        return name

    @property
    def _backend(self) -> Backend:
        backend: Backend = models.account_backends[self.current_account][self.partition]
        return backend


def install() -> None:
    models.account_backends.backend = Backend
    for operation in ("listRegions", "enableRegion", "disableRegion", "putAccountName"):
        moto.account.urls.url_paths[f"{{0}}/{operation}$"] = Responses.dispatch


def with_ec2(make_app: Callable[[str], Any]) -> Callable[[str], Any]:
    """`make_app` makes moto's application of one service. EC2's code is large: it is touched when somebody asks."""

    def make(service: str) -> Any:
        if service == "ec2":
            _teach_ec2()
        return make_app(service)

    return make


def _teach_ec2() -> None:
    from moto.ec2.responses import EC2Response

    def describe_regions(self: Any) -> ActionResult:
        states = models.account_backends[self.current_account][self.partition].states()
        wanted, all_of_them = self._get_param("RegionNames", []), self._get_param("AllRegions")
        return ActionResult(
            {
                "Regions": [
                    {"RegionName": name, "Endpoint": f"ec2.{name}.amazonaws.com", "OptInStatus": _IN_EC2_WORDS[state]}
                    for name, state in states.items()
                    if (name in wanted if wanted else all_of_them or state != "DISABLED")
                ]
            }
        )

    EC2Response.describe_regions = describe_regions
