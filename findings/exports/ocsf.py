"""Findings as events of the Open Cybersecurity Schema Framework, and controls of a benchmark.

Classes "Detection Finding" (2004) and "Compliance Finding" (2003) of the category "Findings" (2), with the profile
"cloud" (schema.ocsf.io). `finding_info.uid` stays the same for as long as the finding does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts.models import AwsAccount
from findings.models import Finding, FindingSeverity
from findings.sources import rule_of

VERSION = "1.6.0"
_CATEGORY = {"category_uid": 2, "category_name": "Findings"}
_CREATE, _UPDATE, _CLOSE = (1, "Create"), (2, "Update"), (3, "Close")
_NEW, _SUPPRESSED, _RESOLVED = (1, "New"), (3, "Suppressed"), (4, "Resolved")
_SEVERITIES = {
    FindingSeverity.LOW: (2, "Low"),
    FindingSeverity.MEDIUM: (3, "Medium"),
    FindingSeverity.HIGH: (4, "High"),
    FindingSeverity.CRITICAL: (5, "Critical"),
}
_INFORMATIONAL = (1, "Informational")


def milliseconds(moment: datetime) -> int:
    """Since 1970."""
    return int(moment.timestamp() * 1000)


def metadata() -> dict[str, Any]:
    product = {"name": "IAM Console", "vendor_name": "IAM Console"}
    return {"version": VERSION, "product": product, "profiles": ["cloud"]}


def cloud(aws_account: AwsAccount, region: str = "") -> dict[str, Any]:
    account = {"uid": aws_account.account_id, "name": aws_account.name, "type_id": 10, "type": "AWS Account"}
    return {"provider": "AWS", "account": account, **({"region": region} if region else {})}


def classified(class_uid: int, class_name: str, activity: tuple[int, str]) -> dict[str, Any]:
    number, name = activity
    return {
        **_CATEGORY,
        "class_uid": class_uid,
        "class_name": class_name,
        "activity_id": number,
        "activity_name": name,
        "type_uid": 100 * class_uid + number,
        "type_name": f"{class_name}: {name}",
    }


def detection_finding(row: Finding, arn: str) -> Mapping[str, Any]:
    rule = rule_of(row.rule)
    activity, status, at = _standing(row)
    severity_id, severity = _SEVERITIES[FindingSeverity(row.severity)]
    resource = {"uid": arn or row.object_id, "name": row.name, "type": row.kind}
    return {
        **classified(2004, "Detection Finding", activity),
        "time": milliseconds(at),
        "severity_id": severity_id,
        "severity": severity,
        "status_id": status[0],
        "status": status[1],
        "message": row.sentence,
        "metadata": metadata(),
        "cloud": cloud(row.aws_account, row.region),
        "finding_info": {
            "uid": f"{row.aws_account.account_id}/{row.rule}/{row.fingerprint}",
            "title": rule.name,
            "desc": row.sentence,
            "types": [row.rule],
            "created_time": milliseconds(row.first_seen),
            "first_seen_time": milliseconds(row.first_seen),
            "last_seen_time": milliseconds(row.last_seen),
            "modified_time": milliseconds(row.state_since),
        },
        "resources": [{**resource, **({"region": row.region} if row.region else {})}],
        **({"remediation": {"desc": rule.mend}} if rule.mend else {}),
        "unmapped": {"state": row.state, "unique_id": row.object_id, "owner": row.owner_name},
    }


def _standing(row: Finding) -> tuple[tuple[int, str], tuple[int, str], datetime]:
    """Activity, status, and when that came to be."""
    if row.state == Finding.State.MENDED:
        return _CLOSE, _RESOLVED, row.mended_at or row.state_since
    if row.state == Finding.State.OPEN:
        return (_CREATE if row.state_since == row.first_seen else _UPDATE), _NEW, row.state_since
    return _UPDATE, _SUPPRESSED, row.state_since


# ---- Benchmarks --------------------------------------------------------------------------------------------------
_RESULTS = {"pass": (1, "Pass"), "fail": (3, "Fail")}


def compliance_finding(
    aws_account: AwsAccount, standard: str, number: str, title: str, result: str, evidence: str, at: datetime
) -> Mapping[str, Any]:
    """Of a control. `result`: "pass" or "fail"; of another one the status is unknown (0)."""
    status_id, status = _RESULTS.get(result, (0, "Unknown"))
    severity_id, severity = _SEVERITIES[FindingSeverity.MEDIUM] if result == "fail" else _INFORMATIONAL
    return {
        **classified(2003, "Compliance Finding", _CREATE),
        "time": milliseconds(at),
        "severity_id": severity_id,
        "severity": severity,
        "message": evidence,
        "metadata": metadata(),
        "cloud": cloud(aws_account),
        "finding_info": {"uid": f"{aws_account.account_id}/{standard}/{number}", "title": title, "desc": evidence},
        "compliance": {
            "standards": [standard],
            "control": number,
            "requirements": [title],
            "status_id": status_id,
            "status": status,
        },
        "resources": [{"uid": aws_account.account_id, "name": aws_account.name, "type": "AWS account"}],
    }
