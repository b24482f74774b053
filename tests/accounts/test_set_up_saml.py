"""What keeps the console from starting with SAML_METADATA, in a sentence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest

from accounts.saml import setup
from iamconsole import checks

if TYPE_CHECKING:
    from tests.services.saml_provider import SamlProvider


def test_a_right_one_is_let(saml: SamlProvider) -> None:
    assert setup.at_start() == []


def test_without_its_packages_the_console_refuses_to_start(settings: Any) -> None:
    settings.SAML_METADATA = "/idp.xml"
    with patch("accounts.saml.setup.find_spec", lambda name: None):
        assert setup.at_start() == [setup.EXTRA]
    assert setup.at_start in checks._at_start  # where web, workers and beat ask before they start


def test_nor_with_two_providers(settings: Any) -> None:
    settings.SAML_METADATA, settings.OIDC_ISSUER = "/idp.xml", "https://sso.example"
    assert setup.at_start() == [setup.TWO]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("<md:EntityDescriptor", "nothing", "isn’t the XML"),
        ("IDPSSODescriptor", "SPSSODescriptor", "has 0 identity providers"),
        ("HTTP-Redirect", "HTTP-POST", "names no SingleSignOnService"),
        ('"signing"', '"encryption"', "no certificate for signing"),
        ('WantAuthnRequestsSigned="false"', 'WantAuthnRequestsSigned="true"', "asks for signed requests"),
        ("entityID", "id", "says no entityID"),
    ],
)
def test_metadata_that_will_not_do(saml: SamlProvider, settings: Any, old: str, new: str, sentence: str) -> None:
    path = Path(settings.SAML_METADATA)
    path.write_text(path.read_text().replace(old, new))
    (said,) = setup.at_start()
    assert sentence in said


def test_in_production_it_is_asked_by_https(saml: SamlProvider, settings: Any) -> None:
    settings.PRODUCTION = True
    (said,) = setup.at_start()
    assert "at an https address" in said


def test_a_file_that_is_not_there(saml: SamlProvider, settings: Any) -> None:
    settings.SAML_METADATA += ".gone"
    (said,) = setup.at_start()
    assert "can’t be read" in said
