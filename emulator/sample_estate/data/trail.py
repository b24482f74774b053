"""What CloudTrail has of Acme's last weeks: who changed what in IAM, what was refused, whose roles were used."""

from __future__ import annotations

from emulator.sample_estate.data.calls import BOTO3, CLI, By, PastCall
from emulator.wellknown import ACCOUNT_ID

_POLICY = f"arn:aws:iam::{ACCOUNT_ID}:policy/"
_TERRAFORM = "APN/1.0 HashiCorp/1.0 Terraform/1.13.5 (+https://www.terraform.io) terraform-provider-aws/6.20.0"
_HOME, _RUNNER, _CLOUD = "198.51.100.77", "192.0.2.140", "192.0.2.31"

_DANA = By("dana.okafor")
_DANA_CLI = By("dana.okafor", address=_HOME, agent=CLI)
_INES = By("ines.duarte")
_JONAS = By("jonas.weber", address=_HOME, agent=CLI)
_TOM = By("tom.becker", agent=BOTO3)
_MARCO = By("marco.rossi")
_TERRAFORM_USER = By("terraform", address=_CLOUD, agent=_TERRAFORM)
_CI = By("ci-builder", address=_RUNNER, agent=BOTO3)
_DEPLOY = By(role="github-deploy", session="GitHubActions", address=_RUNNER, agent=BOTO3)
_SUPPORT = By(role="support-case", session="lena.fischer", source_identity="lena.fischer@acme.example")
_VENDOR = By(role="vendor-monitoring", session="vendor-poller", address="198.51.100.9", agent=BOTO3)
_LENA = By(role="AWSReservedSSO_DataAnalyst", session="lena.fischer@acme.example")
_ROOT = By()


def _user(name: str) -> tuple[str, str]:
    return "AWS::IAM::User", name


def _role(name: str) -> tuple[str, str]:
    return "AWS::IAM::Role", name


def _policy(name: str) -> tuple[str, str]:
    return "AWS::IAM::Policy", f"{_POLICY}{name}"


def _attached(at: str, by: By, user: str, policy: str, *, error: str = "") -> PastCall:
    asked = {"userName": user, "policyArn": f"{_POLICY}{policy}"}
    return PastCall(at, by, "AttachUserPolicy", asked, (_user(user), _policy(policy)), error)


def _joined(at: str, by: By, user: str, group: str, name: str = "AddUserToGroup") -> PastCall:
    return PastCall(at, by, name, {"userName": user, "groupName": group}, (_user(user), ("AWS::IAM::Group", group)))


def _tagged(at: str, by: By, role: str, key: str, value: str) -> PastCall:
    return PastCall(at, by, "TagRole", {"roleName": role, "tags": [{"key": key, "value": value}]}, (_role(role),))


def _read(at: str, by: By, name: str, source: str, *, region: str = "eu-west-1", error: str = "") -> PastCall:
    return PastCall(at, by, name, {}, (), error, reads=True, source=f"{source}.amazonaws.com", region=region)


CALLS = (
    PastCall("2026-10-22 08:05", _DANA, "CreateAccessKey", {"userName": "dana.okafor"}, (_user("dana.okafor"),)),
    _tagged("2026-10-26 09:14", _TERRAFORM_USER, "orders-api", "managed-by", "terraform"),
    _tagged("2026-10-26 09:14", _TERRAFORM_USER, "orders-task", "managed-by", "terraform"),
    _joined("2026-10-28 13:40", _INES, "kenji.watanabe", "oncall", "RemoveUserFromGroup"),
    PastCall(
        "2026-11-02 17:25",
        _ROOT,
        "ConsoleLogin",
        {},
        (),
        source="signin.amazonaws.com",
        answered={"ConsoleLogin": "Success"},
    ),
    PastCall("2026-11-02 17:31", _ROOT, "EnableMFADevice", {"serialNumber": f"arn:aws:iam::{ACCOUNT_ID}:mfa/root"}),
    _attached("2026-11-04 10:02", _MARCO, "marco.rossi", "platform-tools", error="AccessDenied"),
    _read("2026-11-04 10:03", _MARCO, "ListUsers", "iam", region="us-east-1", error="AccessDenied"),
    _joined("2026-11-05 08:47", _DANA, "emma.nilsson", "analytics"),
    PastCall("2026-11-06 15:20", _JONAS, "UpdateAssumeRolePolicy", {"roleName": "deploy-eu"}, (_role("deploy-eu"),)),
    _tagged("2026-11-09 11:31", _TERRAFORM_USER, "lake-crawler", "cost-center", "analytics"),
    PastCall(
        "2026-11-10 07:58",
        _CI,
        "PassRole",
        {"roleName": "image-build"},
        (_role("image-build"),),
        "AccessDenied",
    ),
    _read("2026-11-11 09:30", _VENDOR, "DescribeInstances", "ec2"),
    _read("2026-11-11 09:30", _VENDOR, "ListBuckets", "s3"),
    _read("2026-11-11 09:31", _VENDOR, "GetSecretValue", "secretsmanager", error="AccessDenied"),
    PastCall("2026-11-13 10:10", _DANA, "CreateAccessKey", {"userName": "marco.rossi"}, (_user("marco.rossi"),)),
    PastCall(
        "2026-11-16 16:12", _INES, "DeleteRolePermissionsBoundary", {"roleName": "notebooks"}, (_role("notebooks"),)
    ),
    PastCall(
        "2026-11-16 16:40",
        _INES,
        "PutRolePermissionsBoundary",
        {"roleName": "notebooks", "permissionsBoundary": f"{_POLICY}boundaries/engineers"},
        (_role("notebooks"),),
    ),
    PastCall(
        "2026-11-17 10:12",
        _LENA,
        "StartQueryExecution",
        {"workGroup": "primary"},
        source="athena.amazonaws.com",
        region="eu-west-1",
    ),
    _read("2026-11-18 08:33", By("arjun.patel"), "DescribeNotebookInstance", "sagemaker"),
    _read("2026-11-18 08:50", By("arjun.patel", agent=BOTO3), "CreateTrainingJob", "sagemaker", error="AccessDenied"),
    _read("2026-11-19 15:20", By("samuel.osei"), "DescribeClusters", "ecs"),
    PastCall(
        "2026-11-20 08:18",
        By("ben.carter"),
        "ChangePassword",
        {},
        (),
    ),
    _read("2026-11-20 10:40", _TOM, "DescribeInstances", "ec2"),
    _read("2026-11-20 22:40", _JONAS, "DescribeInstances", "ec2"),
    _tagged("2026-11-23 09:41", _DANA_CLI, "break-glass", "reviewed", "2026-11-23"),
    _read("2026-11-23 16:44", _SUPPORT, "DescribeCases", "support", region="us-east-1"),
    PastCall("2026-11-23 16:45", _SUPPORT, "ResolveCase", {}, (), source="support.amazonaws.com"),
    _joined("2026-11-24 09:05", _DANA, "zoe.dubois", "support"),
    _read("2026-11-24 11:44", _TOM, "ListFunctions20150331", "lambda"),
    _read("2026-11-24 13:09", _TOM, "GetMetricData", "monitoring"),
    _attached("2026-11-24 13:11", _TOM, "tom.becker", "platform-tools", error="AccessDenied"),
    _read("2026-11-24 15:45", _DEPLOY, "DescribeServices", "ecs"),
    PastCall(
        "2026-11-24 15:46",
        _DEPLOY,
        "UpdateService",
        {"service": "orders"},
        (),
        source="ecs.amazonaws.com",
        region="eu-west-1",
    ),
    _read("2026-11-24 16:20", _DANA_CLI, "GetAccountAuthorizationDetails", "iam", region="us-east-1"),
)
