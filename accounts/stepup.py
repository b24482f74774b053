"""Step-up sign-in: what is risky asks for a sign-in of the last ten minutes (settings.STEP_UP_S).

What was posted with an older one waits in the session, and nowhere else: the fields without secrets, and the address.
allauth's own pages come here too (accounts/adapters.py), since allauth would keep the whole request, cookies and all.

allauth keeps in the session when and how an operator proved who they are. The check is our own: allauth takes
operators who came from an identity provider for freshly signed in at any time, and a password for as good as a passkey.
Here the provider's own word counts, when they last proved it there (`auth_time`).
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, resolve, reverse
from django.utils.http import urlencode

from accounts.models import AwsAccount
from accounts.sign_in import PROVIDER_METHOD, SECOND_FACTORS, page_of, send_to
from iamconsole.web.prefix import without_prefix

KEY = "step_up_kept"
# Every field that a form shows as a password has such a name: tests/security/test_kept_requests.py looks.
NEVER_KEPT = re.compile(
    r"csrfmiddlewaretoken|password|secret(?!_id)|private_key|credential|^token$|^code\d*$", re.IGNORECASE
)
NO_WAY = "This asks for a fresh sign-in, and you have neither a password nor a passkey here. Set up a passkey first."

V = TypeVar("V", bound=Callable[..., HttpResponseBase])


@dataclass(frozen=True)
class PostponedForm:
    """A form that was posted while the sign-in was too old; it waits in the session to be sent again."""

    path: str
    fields: list[tuple[str, str]]
    lost: bool  # whether something secret was in it, which is not kept

    @property
    def shown(self) -> list[tuple[str, str]]:
        """The names of those that were filled in, as words, and their values."""
        return [(name.replace("_", " ").capitalize(), value) for name, value in self.fields if value]


def is_fresh(request: HttpRequest) -> bool:
    """Whether the operator proved who they are within the last STEP_UP_S seconds, by the best that they have."""
    since = time.time() - settings.STEP_UP_S
    records = get_authentication_records(request, request.user)
    fresh = [record for record in records if _proved_at(record) >= since]
    if any(record["method"] == "mfa" or record.get("multi_factor") for record in fresh):
        return True
    if any(record.get("multi_factor") for record in records):
        return False  # whose session stands on two factors elsewhere proves it by two again
    single = [_proved_at(record) for record in fresh if record["method"] in ("password", PROVIDER_METHOD)]
    return bool(single) and max(single) < _first_second_factor(request)


def _proved_at(record: dict[str, Any]) -> float:
    """When (seconds): at the identity provider that may have been long before they came here, or it doesn't say."""
    return float(record.get("auth_time", 0) if record["method"] == PROVIDER_METHOD else record["at"])


def _first_second_factor(request: HttpRequest) -> float:
    """Since when (seconds) the operator has had a second factor: from then on one factor alone is not enough."""
    factors = Authenticator.objects.filter(user=request.user, type__in=SECOND_FACTORS).order_by("created_at")
    first = factors.values_list("created_at", flat=True).first()
    return first.timestamp() if first else float("inf")


def step_up_required(view: V) -> V:
    """The view, for operators with a fresh sign-in; others prove who they are first, and lose nothing they posted."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        demand_step_up(request)
        return view(request, *args, **kwargs)

    return cast(V, checked)


def demand_step_up(request: HttpRequest) -> None:
    """Returns when the sign-in is fresh, else leaves the view with a redirect (allauth's middleware sends it).

    For views that first look whether the operator may come here at all, and for the Django admin.
    """
    if is_fresh(request):
        _forget(request)
        return
    methods = get_adapter().get_reauthentication_methods(request.user)
    if not methods:
        raise PermissionDenied(NO_WAY)
    back = page_of(request)
    if request.method not in ("GET", "HEAD"):
        request.session[KEY] = asdict(_keep(request))
        back = reverse("step_up")
    raise ImmediateHttpResponse(send_to(request, f"{methods[0]['url']}?{urlencode({'next': back})}"))


def kept(request: HttpRequest) -> PostponedForm | None:
    held: dict[str, Any] | None = request.session.get(KEY)
    return PostponedForm(**held) if held else None


def _keep(request: HttpRequest) -> PostponedForm:
    posted = [(name, str(value)) for name, values in request.POST.lists() for value in values]
    lost = any(NEVER_KEPT.search(name) and name != "csrfmiddlewaretoken" for name, _ in posted) or bool(request.FILES)
    return PostponedForm(request.get_full_path(), [field for field in posted if not NEVER_KEPT.search(field[0])], lost)


def _forget(request: HttpRequest) -> None:
    held = kept(request)
    if held and request.method == "POST" and held.path == request.get_full_path():
        del request.session[KEY]


# ---- What a form does that waits for a fresh sign-in ---------------------------------------------------------------
# The page after the sign-in asks for that by its name, in words. Apps register the addresses that ask for one, by
# their URL names, in `AppConfig.ready()`. What stands in the address stands in braces: "Apply change {pk}".
# "name?field" is said instead where that field was filled in.
_ADMIN = "Save it in the Django admin"
_words: dict[str, str] = {}


def register_words(words: Mapping[str, str]) -> None:
    _words.update(words)


def words_of(path: str, fields: Iterable[tuple[str, str]] = ()) -> tuple[str, str]:
    """What a POST of these fields to `path` does, and to which AWS account; "" for none.

    For example ("Apply change 5", "Acme (123456789012)").
    """
    try:
        match = resolve(without_prefix(urlsplit(path).path))
    except Resolver404:
        return "", ""
    names = [f"{match.view_name}?{name}" for name, value in fields if value]
    words = _ADMIN if match.namespace == "admin" else _first([*names, match.view_name])
    aws_account = AwsAccount.objects.filter(account_id=match.kwargs.get("account_id", "")).first()
    return words.format(**match.kwargs), str(aws_account or "")


def _first(names: Iterable[str]) -> str:
    return next((_words[name] for name in names if name in _words), "")
