"""What belongs to Acme's AWS account beside people and machines: password policy, sign-in, certificates, use."""

from __future__ import annotations

from dataclasses import dataclass

from emulator.sample_estate.data.documents import arn, trust
from emulator.sample_estate.data.kinds import Role, Tags, Uploaded
from emulator.wellknown import ACCOUNT_ID

# Weak: short, and old passwords may come back.
PASSWORD_POLICY = {
    "MinimumPasswordLength": 8,
    "RequireLowercaseCharacters": True,
    "RequireNumbers": True,
    "AllowUsersToChangePassword": True,
}

# ---- Sign-in from elsewhere ----------------------------------------------------------------------------------
_SSO_CERTIFICATE = """
MIIBUjCB+qADAgECAhR1DAF65up8NdzCWmx9FDSePw/qXTAKBggqhkjOPQQDAjAq
MRkwFwYDVQQDDBBzc28uYWNtZS5leGFtcGxlMQ0wCwYDVQQKDARBY21lMB4XDTIz
MTIxMjAwMDAwMFoXDTI2MTIxMjAwMDAwMFowKjEZMBcGA1UEAwwQc3NvLmFjbWUu
ZXhhbXBsZTENMAsGA1UECgwEQWNtZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IA
BJfZoHeI5T+uAfIT+Sn1vs0u7lF7c3E/3SkWROBCXfvjUe21+NmGOSkgfTMHtQXC
WSGCsYCo4DCLWteNvmzUK5YwCgYIKoZIzj0EAwIDRwAwRAIgW96xiFAIVYBIIQA9
dO5ejv0O5o7Q+yO0MkPgnxkDFBkCIA5Av/ZahV9yzb9Vf/zBNsO8SN1OD3Y3GBlf
euj7Erlm
"""
SSO = "acme-sso"
SSO_CREATED = "2023-12-12 09:00"
SSO_TAGS: Tags = {"team": "it"}
# Its certificate ends on 12 December 2026.
SSO_METADATA = f"""<?xml version="1.0" encoding="UTF-8"?>
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sso.acme.example/metadata">
  <md:IDPSSODescriptor WantAuthnRequestsSigned="false"
                       protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <md:KeyDescriptor use="signing">
      <ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
        <ds:X509Data>
          <ds:X509Certificate>{_SSO_CERTIFICATE}</ds:X509Certificate>
        </ds:X509Data>
      </ds:KeyInfo>
    </md:KeyDescriptor>
    <md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress</md:NameIDFormat>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
                            Location="https://sso.acme.example/saml/aws"/>
  </md:IDPSSODescriptor>
</md:EntityDescriptor>
"""
SSO_ROLES = (
    Role(
        "sso-analyst",
        "2023-12-12 09:30",
        trust(
            {"Federated": arn("iam", f"saml-provider/{SSO}")},
            "sts:AssumeRoleWithSAML",
            when={"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
        ),
        description="Analysts, through single sign-on",
        tags={"team": "analytics"},
        attached=("AmazonAthenaFullAccess",),
        longest_session_s=28_800,
        last_used="2026-11-24 08:05",
    ),
)

# ---- Certificates for load balancers -------------------------------------------------------------------------


@dataclass(frozen=True)
class ServerCertificate(Uploaded):
    name: str = ""


SERVER_CERTIFICATES = (
    ServerCertificate(
        "2026-01-15 10:20",
        """-----BEGIN CERTIFICATE-----
MIIBizCCATCgAwIBAgIUaeFtxI9D1HmL8Iej1013RlhNKSEwCgYIKoZIzj0EAwIw
KzEaMBgGA1UEAwwRc2hvcC5hY21lLmV4YW1wbGUxDTALBgNVBAoMBEFjbWUwHhcN
MjYwMTE1MDAwMDAwWhcNMjcwMjE1MDAwMDAwWjArMRowGAYDVQQDDBFzaG9wLmFj
bWUuZXhhbXBsZTENMAsGA1UECgwEQWNtZTBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABF4uZu2LGXkRSoE02gO0NIGUg+3Ifx155ddjq2X3argRTCg5btyxKemIMqEx
hH2akSpkbFLvnFVsTBJZOBJI/umjMjAwMC4GA1UdEQQnMCWCEXNob3AuYWNtZS5l
eGFtcGxlghB3d3cuYWNtZS5leGFtcGxlMAoGCCqGSM49BAMCA0kAMEYCIQDtdRLF
FOFUG/U5EcuUdoyYYxMgpMEJTc6nfHqodDPOBgIhAMIVoYGAbCuxvV7kKUjdAtMc
jwOsNAiqQncBjccDArjT
-----END CERTIFICATE-----
""",
        "shop-2026",
    ),
    ServerCertificate(
        "2023-06-01 15:00",
        """-----BEGIN CERTIFICATE-----
MIIBhDCCASqgAwIBAgIULinBgwqR/evjb8QKRA1EwJrPU8gwCgYIKoZIzj0EAwIw
LzEeMBwGA1UEAwwVaW50cmFuZXQuYWNtZS5leGFtcGxlMQ0wCwYDVQQKDARBY21l
MB4XDTIzMDYwMTAwMDAwMFoXDTI0MDYwMTAwMDAwMFowLzEeMBwGA1UEAwwVaW50
cmFuZXQuYWNtZS5leGFtcGxlMQ0wCwYDVQQKDARBY21lMFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAEc6u8nZK4iiZpX66ddvRO2CLHmvtentVVY9AhB0m3S8fFbSDF
WM9lo1DGa4HXwbMa6jUXeQX6TY0SKwU8evKHYKMkMCIwIAYDVR0RBBkwF4IVaW50
cmFuZXQuYWNtZS5leGFtcGxlMAoGCCqGSM49BAMCA0gAMEUCIBd7a81HOcOWsKSw
REvRYIVycvxA9oNjr8GLmfIKYUs1AiEAkEJ2qiBxyhy4ZyrUwNWA4rFGMcNgVfOw
vtSliNLKdM0=
-----END CERTIFICATE-----
""",
        "intranet-2023",
    ),
)

# ---- Temporary access for a product provider -----------------------------------------------------------------
DELEGATION_ASKED, DELEGATION_ANSWERED = "2026-11-23 09:05", "2026-11-23 16:40"
DELEGATION_REQUEST = {
    "OwnerAccountId": ACCOUNT_ID,
    "Description": "Sets up a stream of CloudWatch metrics to Lumen Observability, and the role that it needs.",
    "RequestMessage": "As agreed with tom.becker.",
    "Permissions": {
        "PolicyTemplateArn": "arn:aws:iam::210987654321:delegation-template/onboarding",
        "Parameters": [{"Name": "stream", "Values": ["acme-production"], "Type": "string"}],
    },
    "RequestorWorkflowId": "acme-onboarding-1",
    "NotificationChannel": "arn:aws:sns:eu-west-1:210987654321:delegation-requests",
    "SessionDuration": 3_600,
}
DELEGATION_REJECTED = "First say in writing which metrics leave the AWS account."

# ---- Service last accessed -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Used:
    """Services by when they were tried last; what else the policies allow was not tried for 400 days."""

    kind: str  # user or role
    name: str
    services: dict[str, str]
    actions: str = ""  # of those that AWS tracks, which were tried at the same time: "s3:ListAllMyBuckets"


USED = (
    Used("role", "reports-exporter", {"s3": "2026-11-24 02:04", "kms": "2026-11-24 02:04", "logs": "2026-11-24 02:05"}),
    Used("role", "orders-api", {"dynamodb": "2026-11-24 17:59", "sqs": "2026-11-24 17:59", "logs": "2026-11-24 17:59"}),
    Used(
        "role",
        "ops-automation",
        {"ec2": "2026-08-19 04:44", "ssm": "2026-08-19 04:44", "lambda": "2026-08-19 04:44", "s3": "2026-03-02 11:10"},
        "ec2:DescribeInstances ec2:StopInstances ec2:StartInstances lambda:ListFunctions",
    ),
    Used("role", "stack-execution", {"cloudformation": "2025-11-28 16:00", "s3": "2025-11-28 16:00"}),
    Used("role", "github-deploy", {"ecr": "2026-11-24 15:45", "ecs": "2026-11-24 15:46", "s3": "2026-11-24 15:46"}),
    Used("role", "web-server", {"ssm": "2026-11-24 17:58", "s3": "2026-10-30 09:12"}),
    Used("role", "sso-analyst", {"athena": "2026-11-24 08:06", "glue": "2026-11-24 08:06", "s3": "2026-11-24 08:07"}),
    Used(
        "user",
        "alice.meyer",
        {"iam": "2026-11-24 16:20", "ec2": "2026-11-24 09:31", "s3": "2026-11-21 14:02"},
        "iam:CreateUser iam:AddUserToGroup iam:ListUsers ec2:DescribeInstances s3:ListAllMyBuckets",
    ),
    Used(
        "user",
        "dana.okafor",
        {"s3": "2026-11-24 15:10", "lambda": "2026-11-24 11:44", "logs": "2026-11-23 17:20"},
        "s3:ListAllMyBuckets lambda:ListFunctions lambda:GetFunction lambda:UpdateFunctionCode",
    ),
    Used("user", "tom.becker", {"cloudwatch": "2026-11-24 13:09", "ec2": "2026-11-20 10:40"}),
)
