"""Policy statements and documents: as AWS's JSON has them, as text, and compiled for the engine.

`allow`, `deny` and `trust` are statements; `allowing`, `denying` and `trusting` are the texts of documents with one.
"""

from __future__ import annotations

import json
from typing import Any

from policies.engine.compiled import CompiledDocument
from policies.engine.evaluate import LayerPolicy

Statement = dict[str, Any]
EC2, LAMBDA = {"Service": "ec2.amazonaws.com"}, {"Service": "lambda.amazonaws.com"}


def allow(action: Any = "*", resource: Any = "*", **more: Any) -> Statement:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any = "*", resource: Any = "*", **more: Any) -> Statement:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def trust(principal: Any, action: Any = "sts:AssumeRole", **more: Any) -> Statement:
    """`principal`: as AWS writes it, such as `EC2`, {"AWS": an ARN} or "*"."""
    return {"Effect": "Allow", "Principal": principal, "Action": action, **more}


def document(*statements: Any, **more: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", **more, "Statement": list(statements)}


def document_text(*statements: Any, **more: Any) -> str:
    return json.dumps(document(*statements, **more))


def allowing(action: Any, resource: Any = "*", **more: Any) -> str:
    return document_text(allow(action, resource, **more))


def denying(action: Any, resource: Any = "*", **more: Any) -> str:
    return document_text(deny(action, resource, **more))


def trusting(principal: Any, action: Any = "sts:AssumeRole", **more: Any) -> str:
    return document_text(trust(principal, action, **more))


def reports_policy(*actions: str) -> str:
    """The text of a policy that allows `actions` on Acme's reports, laid out in lines as people write it."""
    return json.dumps(document(allow(list(actions), "arn:aws:s3:::acme-reports/*")), indent=2)


def layer_policy(*statements: Statement, name: str = "inline policy own") -> LayerPolicy:
    return LayerPolicy(name, CompiledDocument(document(*statements)))
