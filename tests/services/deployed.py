"""Deploys a template of ours to the emulator, which has no CloudFormation: the types that are in it, by their calls."""

from __future__ import annotations

import json
from typing import Any

from emulator.process import Emulator
from emulator.wellknown import ACCOUNT_ID
from tests.infrastructure.parsed import template


def deployed(emulator: Emulator, text: str, region: str = "us-east-1") -> dict[str, str]:
    """The outputs of the stack."""
    stack = _Stack(emulator, template(text), region)
    return stack.deploy()


class _Stack:
    def __init__(self, emulator: Emulator, parsed: dict[str, Any], region: str) -> None:
        self._resources, self._outputs = parsed["Resources"], parsed["Outputs"]
        self._sqs, self._events = (
            emulator.client("sqs", region_name=region),
            emulator.client("events", region_name=region),
        )
        self._region = region

    def deploy(self) -> dict[str, str]:
        makers = {
            "AWS::SQS::Queue": self._queue,
            "AWS::Events::Rule": self._rule,
            "AWS::SQS::QueuePolicy": self._queue_policy,
        }
        for kind, make in makers.items():
            for each in self._resources.values():
                if each["Type"] == kind:
                    make(self._resolved(each["Properties"]))
        assert {each["Type"] for each in self._resources.values()} == set(makers)
        return {name: self._resolved(each["Value"]) for name, each in self._outputs.items()}

    def _queue(self, own: dict[str, Any]) -> None:
        attributes = {name: str(value).lower() for name, value in own.items() if name != "QueueName"}
        self._sqs.create_queue(QueueName=own["QueueName"], Attributes=attributes)

    def _rule(self, own: dict[str, Any]) -> None:
        assert len(json.dumps(own["EventPattern"])) <= 4096
        self._events.put_rule(
            Name=own["Name"],
            Description=own["Description"],
            EventPattern=json.dumps(own["EventPattern"]),
            State=own["State"],
        )
        self._events.put_targets(Rule=own["Name"], Targets=own["Targets"])

    def _queue_policy(self, own: dict[str, Any]) -> None:
        for url in own["Queues"]:
            self._sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(own["PolicyDocument"])})

    def _resolved(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._resolved(each) for each in value]
        if not isinstance(value, dict):
            return value
        if "Ref" in value:
            return ACCOUNT_ID if value["Ref"] == "AWS::AccountId" else self._url(value["Ref"])
        if "Fn::GetAtt" in value:
            name, attribute = value["Fn::GetAtt"]
            assert attribute == "Arn"
            return self._arn(name)
        return {name: self._resolved(each) for name, each in value.items()}

    def _url(self, name: str) -> str:
        own = self._resources[name]["Properties"]
        return str(self._sqs.get_queue_url(QueueName=own["QueueName"])["QueueUrl"])

    def _arn(self, name: str) -> str:
        kind, own = self._resources[name]["Type"], self._resources[name]["Properties"]
        if kind == "AWS::SQS::Queue":
            return f"arn:aws:sqs:{self._region}:{ACCOUNT_ID}:{own['QueueName']}"
        return f"arn:aws:events:{self._region}:{ACCOUNT_ID}:rule/{own['Name']}"
