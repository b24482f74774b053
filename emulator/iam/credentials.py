"""Credentials of users, as far as moto doesn't play them as AWS does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from moto.iam.exceptions import EntityAlreadyExists, IAMException, LimitExceededException, NotFoundException
from moto.iam.models import IAMBackend

from emulator import clock
from emulator.iam.passwords import refuse_weak
from emulator.iam.people import refuse_while
from emulator.iam.totp import are_codes
from emulator.ids import unique_id

_MFA_DEVICES, _SSH_KEYS, _SERVICE_CREDENTIALS = 8, 5, 2  # of one user; the last one for each service
_CERTIFICATE_ID = 24  # characters
# Services that take a user name and password made in IAM, and those that take an API key.
_WITH_PASSWORD = ("codecommit.amazonaws.com", "cassandra.amazonaws.com")
_WITH_API_KEY = ("bedrock.amazonaws.com", "logs.amazonaws.com")


@dataclass
class Password:
    """What IAM tells of a user's password for its own console."""

    created: datetime
    changed: datetime
    reset_required: bool = False
    longest_session_s: int | None = None


@dataclass
class ServiceCredential:
    credential_id: str
    service: str
    created: datetime
    expires: datetime | None
    user_name: str  # at the service; "" with an API key
    alias: str  # of an API key
    secret: str
    status: str = "Active"


class Credentials(IAMBackend):  # type: ignore[misc]
    passwords: dict[str, Password]  # by user id
    service_credentials: dict[str, list[ServiceCredential]]  # by user id

    def delete_user(self, user_name: str) -> None:
        user = self.get_user(user_name)
        refuse_while({"must delete service specific credentials first": self.service_credentials.get(user.id)})
        super().delete_user(user_name)
        self.service_credentials.pop(user.id, None)

    # ---- Passwords

    def make_password(self, user_name: str, password: str, **about: Any) -> Password:
        refuse_weak(self.account_password_policy, password)
        try:
            user = self.create_login_profile(user_name, password)
        except EntityAlreadyExists:
            raise EntityAlreadyExists(f"Login Profile for user {user_name} already exists.") from None
        now = clock.utcnow()
        self.passwords[user.id] = Password(now, now, **about)
        return self.passwords[user.id]

    def password_of(self, user_name: str) -> Password:
        found = self.passwords.get(self.get_user(user_name).id)
        if found is None:
            raise NotFoundException(f"Login Profile for User {user_name} cannot be found.")
        return found

    def change_password(self, user_name: str, password: str | None, **about: Any) -> None:
        """What is None in `about` stays as it is."""
        held = self.password_of(user_name)
        if password is not None:
            refuse_weak(self.account_password_policy, password)
            self.get_user(user_name).password = password
            held.changed = clock.utcnow()
        for name, value in about.items():
            if value is not None:
                setattr(held, name, value)

    def delete_login_profile(self, user_name: str) -> None:
        self.password_of(user_name)
        super().delete_login_profile(user_name)
        del self.passwords[self.get_user(user_name).id]

    # ---- MFA devices

    def enable_mfa_device(
        self, user_name: str, serial_number: str, authentication_code_1: str, authentication_code_2: str
    ) -> None:
        if len(self.get_user(user_name).mfa_devices) >= _MFA_DEVICES:
            raise LimitExceededException(f"Cannot exceed quota for MFADevicesPerUser: {_MFA_DEVICES}")
        if any(serial_number in user.mfa_devices for user in self.users.values()):
            raise EntityAlreadyExists("MFA Device is already in use.")
        self._check_codes(serial_number, authentication_code_1, authentication_code_2)
        super().enable_mfa_device(user_name, serial_number, authentication_code_1, authentication_code_2)

    def resync_mfa_device(self, user_name: str, serial_number: str, first: str, second: str) -> None:
        if serial_number not in self.get_user(user_name).mfa_devices:
            raise _no_device(serial_number)
        self._check_codes(serial_number, first, second)

    def _check_codes(self, serial_number: str, first: str, second: str) -> None:
        """Of hardware the seed isn't known here: any two codes will do."""
        device = self.virtual_mfa_devices.get(serial_number)
        if device is None and ":mfa/" in serial_number:
            raise _no_device(serial_number)
        if device and not are_codes(device.base32_string_seed, first, second, clock.utcnow()):
            raise IAMException("InvalidAuthenticationCode", "Authentication code for device is not valid.")

    # ---- Certificates and SSH keys: with ids that are the same everywhere

    def upload_signing_certificate(self, user_name: str, body: str) -> Any:
        made = super().upload_signing_certificate(user_name, body)
        held = self.get_user(user_name).signing_certificates
        del held[made.id]
        name = f"{user_name}/certificate/{len(held)}"
        made.id = unique_id("", account_id=self.account_id, name=name, created=made.upload_date, length=_CERTIFICATE_ID)
        held[made.id] = made
        return made

    def upload_ssh_public_key(self, user_name: str, ssh_public_key_body: str) -> Any:
        user = self.get_user(user_name)
        if len(user.ssh_public_keys) >= _SSH_KEYS:
            raise LimitExceededException(f"Cannot exceed quota for SSHPublicKeysPerUser: {_SSH_KEYS}")
        if any(key.ssh_public_key_body == ssh_public_key_body for key in user.ssh_public_keys):
            raise IAMException("DuplicateSSHPublicKey", "The SSH public key is already associated with the user.")
        made = super().upload_ssh_public_key(user_name, ssh_public_key_body)
        name = f"{user_name}/{len(user.ssh_public_keys)}"
        made.ssh_public_key_id = unique_id("APKA", account_id=self.account_id, name=name, created=made.upload_date)
        return made

    # ---- Service-specific credentials

    def create_service_credential(self, user_name: str, service: str, age_days: int | None) -> ServiceCredential:
        user, now = self.get_user(user_name), clock.utcnow()
        if service not in (*_WITH_PASSWORD, *_WITH_API_KEY):
            raise IAMException("NotSupportedService", f"No service specific credentials for {service}.")
        held = self.service_credentials.setdefault(user.id, [])
        number = sum(credential.service == service for credential in held)
        if number >= _SERVICE_CREDENTIALS:
            raise LimitExceededException(
                f"Cannot exceed quota for ServiceSpecificCredentialsPerUser: {_SERVICE_CREDENTIALS}"
            )
        name = f"{user_name}/{service}/{len(held)}"
        at_service, with_key = f"{user_name}-at-{self.account_id}", service in _WITH_API_KEY
        made = ServiceCredential(
            unique_id("ACCA", account_id=self.account_id, name=name, created=now),
            service,
            now,
            now + timedelta(days=age_days) if age_days else None,
            user_name="" if with_key else at_service if not number else f"{at_service}+{number}",
            alias=f"{at_service}-{number}" if with_key else "",
            secret=_secret(self.account_id, name, now),
        )
        held.append(made)
        return made

    def credentials_for_services(self, user_name: str, service: str | None = None) -> list[ServiceCredential]:
        held = self.service_credentials.get(self.get_user(user_name).id, [])
        return [credential for credential in held if service in (None, credential.service)]

    def service_credential(self, user_name: str, credential_id: str) -> ServiceCredential:
        for credential in self.credentials_for_services(user_name):
            if credential.credential_id == credential_id:
                return credential
        raise NotFoundException(f"No such credential {credential_id} exists")

    def delete_service_credential(self, user_name: str, credential_id: str) -> None:
        found = self.service_credential(user_name, credential_id)
        self.service_credentials[self.get_user(user_name).id].remove(found)

    def reset_service_credential(self, user_name: str, credential_id: str) -> ServiceCredential:
        found = self.service_credential(user_name, credential_id)
        found.secret = _secret(self.account_id, credential_id, clock.utcnow())
        return found


def _no_device(serial_number: str) -> NotFoundException:
    return NotFoundException(f"MFA Device with serial number {serial_number} does not exist.")


def _secret(account_id: str, name: str, at: datetime) -> str:
    return unique_id("", account_id=account_id, name=f"secret of {name}", created=at, length=44)
