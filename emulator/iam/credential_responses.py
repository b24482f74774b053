"""IAM's calls about credentials."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult, EmptyResult

from emulator.iam import shapes
from emulator.iam.credential_report import shuffled
from emulator.iam.credentials import Password, ServiceCredential
from emulator.iam.shapes import Shape, moment
from emulator.iam.telling import is_shuffled


class CredentialResponses:
    backend: Any
    _get_param: Callable[..., Any]
    _get_bool_param: Callable[..., Any]
    _listing: Callable[..., ActionResult]
    _own_user_name: Callable[[], str]

    def _user_name(self) -> str:
        """Without one, calls are about the caller."""
        return str(self._get_param("UserName") or self._own_user_name())

    # Access keys

    def list_access_keys(self) -> ActionResult:
        name = self._user_name()
        keys = [
            {
                "UserName": name,
                "AccessKeyId": key.access_key_id,
                "Status": key.status,
                "CreateDate": moment(key.create_date),
            }
            for key in self.backend.list_access_keys(name)
        ]
        return self._listing("AccessKeyMetadata", keys, "AccessKeyId")

    def get_access_key_last_used(self) -> ActionResult:
        found = self.backend.get_access_key_last_used(self._get_param("AccessKeyId"))
        used: Shape = {"ServiceName": "N/A", "Region": "N/A"}
        if (last := found["last_used"]) is not None:
            used = {"LastUsedDate": moment(last.timestamp), "ServiceName": last.service, "Region": last.region}
        return ActionResult({"UserName": found["user_name"], "AccessKeyLastUsed": used})

    # Passwords

    def create_login_profile(self) -> ActionResult:
        name = self._user_name()
        made = self.backend.make_password(
            name,
            self._get_param("Password"),
            reset_required=self._get_bool_param("PasswordResetRequired", False),
            longest_session_s=self._get_param("MaxSigninSessionDuration"),
        )
        return ActionResult({"LoginProfile": _password(name, made)})

    def get_login_profile(self) -> ActionResult:
        name = self._user_name()
        return ActionResult({"LoginProfile": _password(name, self.backend.password_of(name))})

    def update_login_profile(self) -> ActionResult:
        self.backend.change_password(
            self._get_param("UserName"),
            self._get_param("Password"),
            reset_required=self._get_bool_param("PasswordResetRequired"),
            longest_session_s=self._get_param("MaxSigninSessionDuration"),
        )
        return EmptyResult()

    # MFA devices

    def resync_mfa_device(self) -> ActionResult:
        code = "AuthenticationCode"
        self.backend.resync_mfa_device(
            self._user_name(),
            self._get_param("SerialNumber"),
            self._get_param(f"{code}1"),
            self._get_param(f"{code}2"),
        )
        return EmptyResult()

    def list_mfa_devices(self) -> ActionResult:
        name = self._user_name()
        devices = [
            {"UserName": name, "SerialNumber": device.serial_number, "EnableDate": moment(device.enable_date)}
            for device in self.backend.list_mfa_devices(name)
        ]
        return self._listing("MFADevices", devices, "SerialNumber")

    def list_virtual_mfa_devices(self) -> ActionResult:
        """Without the seeds: AWS shows them once, to whoever makes the device."""
        wanted = self._get_param("AssignmentStatus", "Any")
        devices = [
            {"SerialNumber": device.serial_number}
            | ({"User": shapes.user(device.user), "EnableDate": moment(device.enable_date)} if device.user else {})
            for device in self.backend.virtual_mfa_devices.values()
            if wanted in ("Any", "Assigned" if device.user else "Unassigned")
        ]
        if wanted != "Unassigned" and self.backend.root.mfa == "app":
            devices.append(_device_of_root(self.backend))
        return self._listing("VirtualMFADevices", devices, "SerialNumber")

    # Signing certificates and SSH keys

    def list_signing_certificates(self) -> ActionResult:
        name = self._user_name()
        certificates = [
            {
                "UserName": name,
                "CertificateId": certificate.id,
                "CertificateBody": certificate.body,
                "Status": certificate.status,
                "UploadDate": moment(certificate.upload_date),
            }
            for certificate in self.backend.list_signing_certificates(name)
        ]
        return self._listing("Certificates", certificates, "CertificateId")

    def list_ssh_public_keys(self) -> ActionResult:
        """Without the keys themselves."""
        name = self._user_name()
        keys = [
            {
                "UserName": name,
                "SSHPublicKeyId": key.ssh_public_key_id,
                "Status": key.status,
                "UploadDate": moment(key.upload_date),
            }
            for key in self.backend.get_all_ssh_public_keys(name)
        ]
        return self._listing("SSHPublicKeys", keys, "SSHPublicKeyId")

    # Service-specific credentials

    def create_service_specific_credential(self) -> ActionResult:
        name = self._get_param("UserName")
        made = self.backend.create_service_credential(
            name, self._get_param("ServiceName"), self._get_param("CredentialAgeDays")
        )
        return ActionResult({"ServiceSpecificCredential": _service_credential(name, made) | _secret(made)})

    def list_service_specific_credentials(self) -> ActionResult:
        name = self._user_name()
        held = self.backend.credentials_for_services(name, self._get_param("ServiceName"))
        shown = [_service_credential(name, credential) for credential in held]
        return self._listing("ServiceSpecificCredentials", shown, "ServiceSpecificCredentialId")

    def update_service_specific_credential(self) -> ActionResult:
        self._service_credential().status = self._get_param("Status")
        return EmptyResult()

    def reset_service_specific_credential(self) -> ActionResult:
        name = self._user_name()
        reset = self.backend.reset_service_credential(name, self._get_param("ServiceSpecificCredentialId"))
        return ActionResult({"ServiceSpecificCredential": _service_credential(name, reset) | _secret(reset)})

    def delete_service_specific_credential(self) -> ActionResult:
        self.backend.delete_service_credential(self._user_name(), self._get_param("ServiceSpecificCredentialId"))
        return EmptyResult()

    def _service_credential(self) -> Any:
        return self.backend.service_credential(self._user_name(), self._get_param("ServiceSpecificCredentialId"))

    # Credential report

    def generate_credential_report(self) -> ActionResult:
        state = self.backend.ask_for_report()
        started = {"Description": "No report exists. Starting a new report generation task"}
        return ActionResult({"State": state} | (started if state == "STARTED" else {}))

    def get_credential_report(self) -> ActionResult:
        report = self.backend.newest_report()
        text = shuffled(report.text) if is_shuffled() else report.text
        return ActionResult({"Content": text, "ReportFormat": "text/csv", "GeneratedTime": moment(report.made_at)})


def _password(user_name: str, password: Password) -> Shape:
    return {
        "UserName": user_name,
        "CreateDate": moment(password.created),
        "PasswordResetRequired": password.reset_required,
        "MaxSigninSessionDuration": password.longest_session_s,
    }


def _service_credential(user_name: str, credential: ServiceCredential) -> Shape:
    return {
        "UserName": user_name,
        "ServiceSpecificCredentialId": credential.credential_id,
        "ServiceName": credential.service,
        "Status": credential.status,
        "CreateDate": moment(credential.created),
        "ExpirationDate": moment(credential.expires),
        "ServiceUserName": credential.user_name or None,
        "ServiceCredentialAlias": credential.alias or None,
    }


def _secret(credential: ServiceCredential) -> Shape:
    """Shown once, to whoever made it."""
    return {"ServiceCredentialSecret" if credential.alias else "ServicePassword": credential.secret}


def _device_of_root(backend: Any) -> Shape:
    arn = f"arn:{backend.partition}:iam::{backend.account_id}"
    root = {"Path": "/", "UserName": "", "UserId": backend.account_id, "Arn": f"{arn}:root"}
    return {
        "SerialNumber": f"{arn}:mfa/root-account-mfa-device",
        "User": root | {"CreateDate": moment(backend.root.created)},
        "EnableDate": moment(backend.root.mfa_since),
    }
