"""Providers, server certificates, account settings and service last accessed, as the emulator plays them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from emulator.process import Emulator
from tests.conftest import wait_until
from tests.emulator.conftest import TRUST_ROOT, Refused
from tests.services.certificates import certificate, saml_metadata
from tests.services.statements import allowing

GITHUB = "https://token.actions.githubusercontent.com"


def test_oidc_client_ids_come_and_go(iam: Any) -> None:
    arn = iam.create_open_id_connect_provider(Url=GITHUB, ClientIDList=["a"])["OpenIDConnectProviderArn"]
    for client_id in ("b", "b"):
        iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID=client_id)
    for client_id in ("a", "a"):
        iam.remove_client_id_from_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID=client_id)
    provider = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    assert (provider["Url"], provider["ClientIDList"]) == ("token.actions.githubusercontent.com", ["b"])


def test_an_oidc_provider_exists_once(iam: Any, refused: Refused) -> None:
    iam.create_open_id_connect_provider(Url=GITHUB)
    assert GITHUB in refused("EntityAlreadyExists", iam.create_open_id_connect_provider, Url=GITHUB)


def test_a_saml_provider_with_its_end_and_tags(iam: Any, refused: Refused) -> None:
    end = datetime(2027, 1, 15, 12, 0, tzinfo=UTC)
    made = iam.create_saml_provider(
        Name="okta", SAMLMetadataDocument=saml_metadata(valid_until=end), Tags=[{"Key": "team", "Value": "it"}]
    )
    arn = made["SAMLProviderArn"]
    provider = iam.get_saml_provider(SAMLProviderArn=arn)
    assert (provider["ValidUntil"], provider["Tags"]) == (end, [{"Key": "team", "Value": "it"}])
    assert provider["SAMLProviderUUID"].startswith("SAMLP")
    assert [listed["Arn"] for listed in iam.list_saml_providers()["SAMLProviderList"]] == [arn]
    iam.delete_saml_provider(SAMLProviderArn=arn)
    refused("NoSuchEntity", iam.get_saml_provider, SAMLProviderArn=arn)


def test_server_certificates_tell_their_expiry(iam: Any, refused: Refused) -> None:
    held = certificate("shop.example.org", days=30)
    made = iam.upload_server_certificate(
        ServerCertificateName="shop", CertificateBody=held.pem, PrivateKey=held.key, Path="/cloudfront/"
    )["ServerCertificateMetadata"]
    assert (made["ServerCertificateId"][:4], made["Expiration"]) == ("ASCA", held.expires)
    listed = iam.list_server_certificates(PathPrefix="/cloudfront/")["ServerCertificateMetadataList"]
    assert listed == [made]
    refused(
        "MalformedCertificate",
        iam.upload_server_certificate,
        ServerCertificateName="broken",
        CertificateBody="none",
        PrivateKey="none",
    )


def test_a_password_policy_leaves_out_what_is_off(iam: Any) -> None:
    iam.update_account_password_policy(MinimumPasswordLength=8, RequireNumbers=True)
    policy = iam.get_account_password_policy()["PasswordPolicy"]
    assert (policy["MinimumPasswordLength"], policy["ExpirePasswords"]) == (8, False)
    assert not policy.keys() & {"MaxPasswordAge", "PasswordReusePrevention", "HardExpiry"}


def test_the_summary_counts_and_tells_the_token_version(iam: Any) -> None:
    iam.set_security_token_service_preferences(GlobalEndpointTokenVersion="v2Token")
    summary = iam.get_account_summary()["SummaryMap"]
    assert len(summary) == 34
    assert (summary["GlobalEndpointTokenVersion"], summary["PolicyVersionsInUse"]) == (2, 0)


def report(iam: Any, arn: str, **asked: Any) -> dict[str, Any]:
    job_id = iam.generate_service_last_accessed_details(Arn=arn, **asked)["JobId"]

    def ended() -> Any:
        answer = iam.get_service_last_accessed_details(JobId=job_id)
        return answer["JobStatus"] != "IN_PROGRESS" and answer

    found: dict[str, Any] = wait_until(ended)
    return found


def test_a_report_lists_what_is_granted_and_when_it_was_used(iam: Any, emulator: Emulator) -> None:
    arn = iam.create_role(RoleName="exporter", AssumeRolePolicyDocument=TRUST_ROOT)["Role"]["Arn"]
    document = allowing(["s3:Get*", "sqs:SendMessage"])
    iam.put_role_policy(RoleName="exporter", PolicyName="p", PolicyDocument=document)
    emulator.activity("role", "exporter", at="2026-11-20T10:00:00+00:00", service="s3", region="eu-west-1")
    services = report(iam, arn)["ServicesLastAccessed"]
    assert [service["ServiceNamespace"] for service in services] == ["s3", "sqs"]
    assert services[0]["LastAuthenticated"] == datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
    assert "LastAuthenticated" not in services[1]


def test_a_report_tells_of_single_actions_where_they_are_tracked(
    iam: Any, emulator: Emulator, refused: Refused
) -> None:
    arn = iam.create_role(RoleName="exporter", AssumeRolePolicyDocument=TRUST_ROOT)["Role"]["Arn"]
    document = allowing(["s3:*Bucket", "s3:GetObject", "sqs:*", "iam:*", "logs:*"])
    iam.put_role_policy(RoleName="exporter", PolicyName="p", PolicyDocument=document)
    used = {"at": "2026-11-20T10:00:00+00:00", "region": "eu-west-1"}
    emulator.activity("role", "exporter", service="s3", actions="CreateBucket GetObject GetBucketAcl", **used)
    emulator.activity("role", "exporter", service="iam", actions="ListUsers", **used)
    for service in ("sqs", "logs"):
        emulator.activity("role", "exporter", service=service, **used)
    answer = report(iam, arn, Granularity="ACTION_LEVEL")
    assert answer["JobType"] == "ACTION_LEVEL"
    services = {each["ServiceNamespace"]: each for each in answer["ServicesLastAccessed"]}
    created, deleted = services["s3"]["TrackedActionsLastAccessed"]  # neither data events nor what isn't allowed
    assert (created["ActionName"], created["LastAccessedRegion"]) == ("CreateBucket", "eu-west-1")
    assert (created["LastAccessedTime"], created["LastAccessedEntity"]) == (datetime(2026, 11, 20, 10, tzinfo=UTC), arn)
    assert deleted == {"ActionName": "DeleteBucket"}
    names = {each["ActionName"] for each in services["iam"]["TrackedActionsLastAccessed"]}
    assert "CreateUser" in names and "PassRole" not in names
    assert all("TrackedActionsLastAccessed" not in services[name] for name in ("sqs", "logs"))  # none tried, or tracked
    of_services = report(iam, arn)
    assert of_services["JobType"] == "SERVICE_LEVEL"
    assert all("TrackedActionsLastAccessed" not in each for each in of_services["ServicesLastAccessed"])
    refused("ValidationError", iam.generate_service_last_accessed_details, Arn=arn, Granularity="NO_LEVEL")


def test_a_report_takes_a_moment(iam: Any, refused: Refused) -> None:
    arn = iam.create_role(RoleName="exporter", AssumeRolePolicyDocument=TRUST_ROOT)["Role"]["Arn"]
    job_id = iam.generate_service_last_accessed_details(Arn=arn)["JobId"]
    assert iam.get_service_last_accessed_details(JobId=job_id)["JobStatus"] == "IN_PROGRESS"
    refused("NoSuchEntity", iam.generate_service_last_accessed_details, Arn=f"{arn}-other")


def test_a_report_about_who_is_gone_fails(iam: Any) -> None:
    arn = iam.create_role(RoleName="exporter", AssumeRolePolicyDocument=TRUST_ROOT)["Role"]["Arn"]
    job_id = iam.generate_service_last_accessed_details(Arn=arn)["JobId"]
    iam.delete_role(RoleName="exporter")
    wait_until(lambda: iam.get_service_last_accessed_details(JobId=job_id)["JobStatus"] == "FAILED")
