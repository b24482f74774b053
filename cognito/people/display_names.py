"""What people are called on pages, and what their states mean."""

from __future__ import annotations

from django.utils.safestring import SafeString

from cognito.models import CognitoUser
from cognito.people.person_record import called
from iamconsole.web.elements import marked

Status = CognitoUser.Status
ERASED = "Erased person"
# Mark and ink of a status.
_MARKS: dict[str, tuple[str, str]] = {
    Status.CONFIRMED: ("circle-check", "ink-ok"),
    Status.EXTERNAL_PROVIDER: ("circle-check", "ink-ok"),
    Status.UNCONFIRMED: ("clock-alert", "ink-warn"),
    Status.FORCE_CHANGE_PASSWORD: ("clock-alert", "ink-warn"),
    Status.RESET_REQUIRED: ("clock-alert", "ink-warn"),
    Status.COMPROMISED: ("octagon-alert", "ink-danger"),
}


def title_of(person: CognitoUser) -> str:
    return ERASED if person.erased_at else called(person.attributes, person.name)


def second_of(person: CognitoUser) -> str:
    """What tells her from others of that name: an address, or the username."""
    described, title = person.attributes, title_of(person)
    return next(
        (
            said
            for said in (described.get("email"), described.get("phone_number"), person.name)
            if said != title and said
        ),
        "",
    )


def full_title_of(person: CognitoUser) -> str:
    """ "Ada Lovelace (ada@acme.example)"; of who is called by an address, without the `sub` beside it."""
    title, second = title_of(person), second_of(person)
    says_who = person.attributes.get("email"), person.attributes.get("phone_number")
    return f"{title} ({second})" if second and (second != person.aws_id or title not in says_who) else title


def status_words(person: CognitoUser) -> str:
    known = dict(Status.choices)
    return str(known.get(person.status, person.status or "Unknown"))


def status_mark(person: CognitoUser) -> SafeString:
    if person.erased_at:
        return marked("Erased", "eraser", "muted")
    if not person.enabled:
        return marked("Disabled", "circle-slash", "muted")
    icon, ink = _MARKS.get(person.status, ("circle-question-mark", "muted"))
    return marked(status_words(person), icon, ink)


def verified(person: CognitoUser, attribute: str) -> str:
    """ "verified", "not verified", or "" where that isn't kept."""
    said = person.attributes.get(f"{attribute}_verified")
    return "" if said is None else "verified" if said == "true" else "not verified"
