"""People of a pool, as administrators see them and look after them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from emulator.cognito_idp import passwords
from emulator.cognito_idp.errors import invalid, no_such_user, not_authorized, not_found
from emulator.cognito_idp.finding import find
from emulator.cognito_idp.group_calls import GroupCalls
from emulator.cognito_idp.joining import attributes_of, check_free, join
from emulator.cognito_idp.outbox import EMAIL, SMS, outbox, recovery_medium, send_code
from emulator.cognito_idp.person import (
    CONFIRMED,
    EMAIL_FACTOR,
    FORCE_CHANGE_PASSWORD,
    RESET_REQUIRED,
    SMS_FACTOR,
    TOTP,
    UNCONFIRMED,
    Person,
)
from emulator.cognito_idp.pool import UserPool
from emulator.cognito_idp.pool_calls import Answer
from emulator.cognito_idp.schema import check_mutable, check_values
from emulator.wire import AwsError

RESET, VERIFY = "reset", "verify {attribute}"
_RESET_LASTS, _VERIFY_LASTS = timedelta(hours=1), timedelta(hours=24)
_CONTACTS = {"email": EMAIL, "phone_number": SMS}
_FACTORS = {"SoftwareTokenMfaSettings": TOTP, "SMSMfaSettings": SMS_FACTOR, "EmailMfaSettings": EMAIL_FACTOR}


class PersonCalls(GroupCalls):
    def list_users(self) -> Answer:
        pool = self.pool
        wanted = self.asked.get("AttributesToGet")
        only = None if wanted is None else frozenset(wanted)
        found = pool.people.usernames(self.asked.get("Filter"))

        def describe(username: str) -> Answer:
            person = pool.people.get(username)
            return person.described(only=only) if person is not None else {}

        return self.listing("Users", found, describe, size="Limit", token="PaginationToken")  # noqa: S106

    def admin_get_user(self) -> Answer:
        return self.person.described_in_full()

    def admin_create_user(self) -> Answer:
        """Invites; or invites once more, with a new temporary password."""
        pool, action = self.pool, self.asked.get("MessageAction")
        if action == "RESEND":
            person = self._to_be_invited_again(pool)
        else:
            if action is None:
                outbox.check_quota(pool)
            if (chosen := self.asked.get("TemporaryPassword")) is not None:
                passwords.check(pool, chosen)
            attributes = attributes_of(self.asked.get("UserAttributes"))
            person = join(pool, self.asked["Username"], attributes, FORCE_CHANGE_PASSWORD)
        password = passwords.give_temporary(pool, person, self.asked.get("TemporaryPassword"))
        if action != "SUPPRESS":
            for medium in self._mediums(person):
                outbox.put(pool, person, "invitation", medium, password)
        return {"User": person.described()}

    def _to_be_invited_again(self, pool: UserPool) -> Person:
        person = find(pool, self.asked["Username"])
        if person is None:
            raise no_such_user()
        if person.status != FORCE_CHANGE_PASSWORD:
            raise AwsError(
                "UnsupportedUserStateException",
                f"Resend not possible. {person.username} status is not FORCE_CHANGE_PASSWORD",
            )
        return person

    def _mediums(self, person: Person) -> list[str]:
        """As asked; else a text, or an e-mail to those who have no number."""
        asked = self.asked.get("DesiredDeliveryMediums")
        possible = [medium for name, medium in _CONTACTS.items() if person.attributes.get(name)]
        return [medium for medium in possible if medium in asked] if asked else possible[-1:]

    def admin_confirm_sign_up(self) -> None:
        person = self.person
        if person.status != UNCONFIRMED:
            raise not_authorized(f"User cannot be confirmed. Current status is {person.status}")
        person.status = CONFIRMED
        person.codes.pop("sign-up", None)
        person.touch()

    def admin_enable_user(self) -> None:
        person = self.person
        person.enabled = True
        person.touch()

    def admin_disable_user(self) -> None:
        person = self.person
        person.enabled = False
        person.sessions.clear()
        person.touch()

    def admin_delete_user(self) -> None:
        remove(self.pool, self.person)

    def admin_user_global_sign_out(self) -> None:
        self.person.sessions.clear()

    def admin_set_user_password(self) -> None:
        pool, person = self.pool, self.person
        if self.asked.get("Permanent"):
            passwords.give(pool, person, self.asked["Password"])
            person.status = CONFIRMED
        else:
            passwords.give_temporary(pool, person, self.asked["Password"])

    def admin_reset_user_password(self) -> None:
        pool, person = self.pool, self.person
        if not person.enabled:
            raise not_authorized("User is disabled.")
        if person.status not in (CONFIRMED, RESET_REQUIRED):
            raise not_authorized("User password cannot be reset in the current state.")
        send_code(pool, person, RESET, recovery_medium(pool, person), lasts=_RESET_LASTS)
        person.status = RESET_REQUIRED
        person.sessions.clear()
        person.touch()

    # Attributes

    def admin_update_user_attributes(self) -> None:
        change_attributes(self.pool, self.person, attributes_of(self.asked["UserAttributes"]))

    def admin_delete_user_attributes(self) -> None:
        pool, person = self.pool, self.person
        names = self.asked["UserAttributeNames"]
        for name in names:
            if name not in pool.schema:
                raise invalid(f"user.{name}: Attribute does not exist in the schema.\n")
            if pool.schema[name]["Required"] or name in pool.username_attributes:
                raise invalid(f"user.{name}: Attribute is required and cannot be deleted.\n")
        check_mutable(pool.schema, names)
        gone = {name for asked in names for name in (asked, f"{asked}_verified")}
        pool.people.set_attributes(person, {k: v for k, v in person.attributes.items() if k not in gone})

    # Second factors

    def admin_set_user_mfa_preference(self) -> None:
        set_preference(self.person, self.asked)

    def admin_delete_software_token(self) -> None:
        person = self.person
        if person.status == UNCONFIRMED:
            raise AwsError("UserNotConfirmedException", "User is not confirmed.")
        if not person.totp_secret:
            raise not_found("User does not have a software token.")
        person.totp_secret = ""
        person.factors.discard(TOTP)
        if person.preferred_factor == TOTP:
            person.preferred_factor = ""
        person.touch()

    # Sessions

    def admin_list_user_sessions(self) -> Answer:
        person = self._tracked()
        described = {session.id: session.described() for session in person.sessions.values()}
        return {"Sessions": [described[session_id] for session_id in sorted(described)]}

    def admin_revoke_user_session(self) -> None:
        person = self._tracked()
        left = {jti: one for jti, one in person.sessions.items() if one.id != self.asked["SessionId"]}
        if len(left) == len(person.sessions):
            raise not_found("Session does not exist.")
        person.sessions = left

    def _tracked(self) -> Person:
        if not self.pool.tracks_sessions:
            raise AwsError("OperationNotEnabledException", "User session tracking is not enabled for the user pool.")
        return self.person


def remove(pool: UserPool, person: Person) -> None:
    for name in person.groups:
        pool.groups[name].remove(person.username)
    pool.people.remove(person)


def change_attributes(pool: UserPool, person: Person, asked: dict[str, str]) -> list[dict[str, str]]:
    """Only those that are named; an empty value removes one. Says which codes were sent where.

    A new e-mail address or number is unverified unless the call says otherwise; where the pool wants it verified before
    it counts, the old one stays until then.
    """
    check_mutable(pool.schema, asked)
    check_values(pool.schema, asked)
    check_free(pool, asked, besides=person)
    before = pool.settings.get("UserAttributeUpdateSettings", {}).get("AttributesRequireVerificationBeforeUpdate", [])
    after, sent = dict(person.attributes), []
    new = [name for name in _CONTACTS if asked.get(name) and asked[name] != person.attributes.get(name)]
    waiting = [name for name in new if name in before and asked.get(f"{name}_verified") != "true"]
    for name, value in asked.items():
        if name in waiting:
            person.pending[name] = value
        elif value == "":
            after.pop(name, None)
            after.pop(f"{name}_verified", None)
        else:
            after[name] = value
    for name in new:
        if name not in waiting and f"{name}_verified" not in asked:
            after[f"{name}_verified"] = "false"
    pool.people.set_attributes(person, after)
    for name in new:
        to_verify = name in pool.settings.get("AutoVerifiedAttributes", []) and not person.is_verified(name)
        if name in waiting or to_verify:
            sent.append(_send_to(pool, person, name, asked[name]))
    return sent


def _send_to(pool: UserPool, person: Person, attribute: str, value: str) -> dict[str, str]:
    held = person.attributes
    person.attributes = held | {attribute: value}
    try:
        purpose = VERIFY.format(attribute=attribute)
        return send_code(pool, person, purpose, _CONTACTS[attribute], lasts=_VERIFY_LASTS)
    finally:
        person.attributes = held


def set_preference(person: Person, asked: dict[str, Any]) -> None:
    """Which factors she uses, and which one first. Only what is named changes."""
    if person.status == UNCONFIRMED:
        raise AwsError("UserNotConfirmedException", "User is not confirmed.")
    if person.status == RESET_REQUIRED:
        raise AwsError("PasswordResetRequiredException", "Password reset required for the user")
    factors, preferred = set(person.factors), person.preferred_factor
    for parameter, factor in _FACTORS.items():
        wanted = asked.get(parameter)
        if wanted is None:
            continue
        if wanted.get("Enabled"):
            _check_usable(person, factor)
            factors.add(factor)
        else:
            factors.discard(factor)
        if wanted.get("PreferredMfa"):
            if factor not in factors:
                raise invalid("Cannot set preferred mfa to an mfa type that is not enabled.")
            preferred = factor
        elif preferred == factor:
            preferred = ""
    if sum(bool((asked.get(parameter) or {}).get("PreferredMfa")) for parameter in _FACTORS) > 1:
        raise invalid("Only one MFA method can be set as preferred.")
    person.factors, person.preferred_factor = factors, preferred
    person.touch()


def _check_usable(person: Person, factor: str) -> None:
    if factor == TOTP and not person.totp_secret:
        raise invalid("User has not verified software token mfa")
    if factor == SMS_FACTOR and not person.attributes.get("phone_number"):
        raise invalid("User does not have delivery config set to turn on SMS_MFA")
    if factor == EMAIL_FACTOR and not person.attributes.get("email"):
        raise invalid("User does not have delivery config set to turn on EMAIL_OTP")
