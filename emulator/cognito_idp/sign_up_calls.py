"""What apps ask before anybody is signed in: sign-up, codes, forgotten passwords. None of it is signed."""

from __future__ import annotations

from datetime import timedelta

from emulator import clock
from emulator.cognito_idp import passwords
from emulator.cognito_idp.backend import client_anywhere
from emulator.cognito_idp.clients import AppClient, check_writable
from emulator.cognito_idp.errors import invalid, no_such_user, not_authorized, too_often
from emulator.cognito_idp.finding import find
from emulator.cognito_idp.joining import attributes_of, join
from emulator.cognito_idp.outbox import EMAIL, SMS, recovery_medium, send_code, use_code
from emulator.cognito_idp.person import CONFIRMED, FORCE_CHANGE_PASSWORD, UNCONFIRMED, Person
from emulator.cognito_idp.person_calls import RESET, PersonCalls
from emulator.cognito_idp.pool import UserPool
from emulator.cognito_idp.pool_calls import Answer
from emulator.cognito_idp.sign_in import check_secret_hash, tells_who_exists

_SIGN_UP = "sign-up"
_MOST_RESENT = 5  # an hour, for one person ("Quotas in Amazon Cognito")
_SIGN_UP_LASTS, _RESET_LASTS = timedelta(hours=24), timedelta(hours=1)


class SignUpCalls(PersonCalls):
    def sign_up(self) -> Answer:
        pool, client = self._app()
        if pool.settings["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"]:
            raise not_authorized("SignUp is not permitted for this user pool")
        if "Password" not in self.asked:
            raise invalid("Missing required parameter Password")
        passwords.check(pool, self.asked["Password"])
        attributes = attributes_of(self.asked.get("UserAttributes"))
        check_writable(client, pool, attributes)
        person = join(pool, self.asked["Username"], attributes, UNCONFIRMED)
        passwords.give(pool, person, self.asked["Password"])
        return {"UserConfirmed": False, "UserSub": person.sub} | _send_sign_up_code(pool, person)

    def confirm_sign_up(self) -> None:
        pool, person = self._named()
        if person.status != UNCONFIRMED:
            raise not_authorized(f"User cannot be confirmed. Current status is {person.status}")
        use_code(person, _SIGN_UP, self.asked["ConfirmationCode"])
        attribute = _contact(pool, person)
        pool.people.set_attributes(person, person.attributes | {f"{attribute}_verified": "true"})
        person.status = CONFIRMED

    def resend_confirmation_code(self) -> Answer:
        pool, person = self._named()
        if person.status != UNCONFIRMED:
            raise invalid("User is already confirmed.")
        an_hour_ago = clock.utcnow() - timedelta(hours=1)
        if sum(at > an_hour_ago for at in person.resent) >= _MOST_RESENT:
            raise too_often()
        sent = _send_sign_up_code(pool, person)
        if not sent:
            raise invalid("Cannot resend codes. Auto verification not turned on.")
        person.resent.append(clock.utcnow())
        return sent

    def forgot_password(self) -> Answer:
        pool, client = self._app()
        person = find(pool, self.asked["Username"])
        if person is None and not tells_who_exists(client):
            return {
                "CodeDeliveryDetails": {"Destination": "a***@a***", "DeliveryMedium": EMAIL, "AttributeName": "email"}
            }
        if person is None:
            raise no_such_user()
        if not person.enabled:
            raise not_authorized("User is disabled.")
        if person.status == FORCE_CHANGE_PASSWORD:
            raise not_authorized("User password cannot be reset in the current state.")
        return {
            "CodeDeliveryDetails": send_code(pool, person, RESET, recovery_medium(pool, person), lasts=_RESET_LASTS)
        }

    def confirm_forgot_password(self) -> None:
        pool, person = self._named()
        passwords.check(pool, self.asked["Password"])
        use_code(person, RESET, self.asked["ConfirmationCode"])
        passwords.give(pool, person, self.asked["Password"])
        person.status = CONFIRMED

    def _app(self) -> tuple[UserPool, AppClient]:
        pool, client = client_anywhere(self.asked["ClientId"])
        check_secret_hash(client, self.asked["Username"], self.asked.get("SecretHash"))
        return pool, client

    def _named(self) -> tuple[UserPool, Person]:
        """ExpiredCodeException for nobody, where the client must not tell who exists."""
        pool, client = self._app()
        person = find(pool, self.asked["Username"])
        if person is None:
            if tells_who_exists(client):
                raise no_such_user()
            use_code(Person("", {}, ""), "", "")
            raise no_such_user()
        return pool, person


def _send_sign_up_code(pool: UserPool, person: Person) -> Answer:
    attribute = _contact(pool, person)
    if not attribute:
        return {}
    medium = SMS if attribute == "phone_number" else EMAIL
    return {"CodeDeliveryDetails": send_code(pool, person, _SIGN_UP, medium, lasts=_SIGN_UP_LASTS)}


def _contact(pool: UserPool, person: Person) -> str:
    """The attribute that the code goes to: a number before an address, of those that the pool verifies."""
    verified = pool.settings.get("AutoVerifiedAttributes", [])
    return next((name for name in ("phone_number", "email") if name in verified and person.attributes.get(name)), "")
