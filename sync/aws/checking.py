"""Validates the parameters of a call by botocore's model of it, without asking AWS."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import botocore.session
from botocore.model import OperationModel
from botocore.validate import ParamValidator

from aws_constraints import broken
from sync.placeholders import is_placeholder

_LONGEST_PATTERN = 60


def misshapen(service: str, operation: str, parameters: Mapping[str, Any]) -> list[str]:
    """A line for each parameter that is unknown, missing, of another type, too short or too small: it can't be sent."""
    shape = _model(service, operation).input_shape
    if shape is None:
        return []
    return str(ParamValidator().validate(dict(parameters), shape).generate_report()).splitlines()


def refusals(service: str, operation: str, parameters: Mapping[str, Any]) -> list[str]:
    """A line for each parameter that can't be sent, or that is too long, too large, or written otherwise than AWS
    writes it; none: it fits.

    AWS still refuses what depends on what is there. Which words it knows isn't looked at: it learns new ones, and the
    model here may be older than what it said. What stands for the id of something that an earlier step makes is fine.
    """
    shape = _model(service, operation).input_shape
    return misshapen(service, operation, parameters) or [
        f"{each.path} must {_short(each.must)}"
        for each in broken(shape, dict(parameters))
        if each.of != "enum" and not is_placeholder(str(each.value))
    ]


def _short(must: str) -> str:
    """A long pattern tells nobody anything."""
    words, colon, pattern = must.partition(": ")
    return must if len(pattern) <= _LONGEST_PATTERN else f"{words}{colon}{pattern[:_LONGEST_PATTERN]}…"


@cache
def _model(service: str, operation: str) -> OperationModel:
    model: OperationModel = botocore.session.get_session().get_service_model(service).operation_model(operation)
    return model
