"""The pages of the configuration file: from the export to the import, for owners of all AWS accounts."""

from __future__ import annotations

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import AwsAccount, Grant, Operator
from configuration.forgetting import forget_old
from configuration.models import ConfigurationSnapshot, ConfigurationUpload
from tests.configuration.test_import import edited, grant

PAGE = "/configuration/"


def uploaded(client: Client, raw: bytes) -> str:
    """Where the page leads to."""
    file = SimpleUploadedFile("iam-console.yaml", raw)
    return str(client.post(f"{PAGE}upload/", {"file": file}).headers.get("Location", ""))


def test_from_the_export_to_the_import(filled: AwsAccount, olgas: Client, bob: Operator) -> None:
    text = olgas.post(f"{PAGE}export/").content.decode()
    path = uploaded(olgas, edited(text, lambda said: said["grants"].append(grant("bob@example.org"))))
    page = olgas.get(path).content.decode()
    assert "bob@example.org: Viewer of all AWS accounts" in page
    state = page.partition('name="state" value="')[2].partition('"')[0]
    done = olgas.post(f"{path}import/", {"state": state}, follow=True).content.decode()
    assert "The file is imported: 1 added, 0 changed, 0 removed." in done
    assert Grant.objects.filter(operator=bob, aws_account=None).exists()


def test_a_file_that_cant_be_read_says_in_which_line(olgas: Client) -> None:
    file = SimpleUploadedFile("a.yaml", b"iam_console: '1'\ngrant: []\n")
    response = olgas.post(f"{PAGE}upload/", {"file": file})
    assert response.status_code == 422
    assert "Line 2: There is no “grant” here" in response.content.decode()
    assert not ConfigurationUpload.objects.exists()


def test_a_file_that_is_too_long_is_refused(olgas: Client) -> None:
    response = olgas.post(f"{PAGE}upload/", {"file": SimpleUploadedFile("a.yaml", b"#" * 1_000_001)})
    assert response.status_code == 422
    assert "more than 1 MB" in response.content.decode()


def test_what_cant_be_imported_has_no_button(filled: AwsAccount, olgas: Client) -> None:
    text = olgas.post(f"{PAGE}export/").content.decode()
    path = uploaded(olgas, edited(text, lambda said: said["grants"].append(grant("nobody@example.org"))))
    page = olgas.get(path).content.decode()
    assert "Nobody here signs in with nobody@example.org" in page
    assert 'type="submit">Import' not in page


def test_a_file_is_for_whoever_uploaded_it(filled: AwsAccount, olgas: Client, olga: Operator, bob: Operator) -> None:
    path = uploaded(olgas, olgas.post(f"{PAGE}export/").content)
    ConfigurationUpload.objects.update(operator=bob)
    assert olgas.get(path).status_code == 404


def test_a_file_is_forgotten_after_a_day(filled: AwsAccount, olgas: Client) -> None:
    path = uploaded(olgas, olgas.post(f"{PAGE}export/").content)
    ConfigurationUpload.objects.update(uploaded_at=timezone.now() - timedelta(hours=23))
    assert forget_old() == 0
    assert olgas.get(path).status_code == 200
    ConfigurationUpload.objects.update(uploaded_at=timezone.now() - timedelta(hours=25))
    assert olgas.get(path).status_code == 404
    assert olgas.post(f"{path}import/", {"state": ""}).status_code == 404
    assert forget_old() == 1
    assert ConfigurationSnapshot.objects.exists()
