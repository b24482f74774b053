"""What the documents claim is in the code."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from objects import kinds

ROOT = Path(__file__).resolve().parents[2]
READ_FROM_ENVIRONMENT = re.compile(r"""(?:env\.\w+|secret|environ\.get|keep_days)\(\s*["']([A-Z][A-Z0-9_]+)["']""")
IMAGE = re.compile(r"!\[[^\]]+\]\(([^)]+)\)")
PAGES = [
    *sorted((ROOT / "docs").rglob("*.md")),
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
]
NOT_FOR_OPERATORS = {"DJANGO_SETTINGS_MODULE", "PATH"}


def documented(page: str) -> str:
    return (ROOT / page).read_text()


def settings_read() -> list[str]:
    sources = [*(ROOT / "iamconsole").glob("*.py"), *(ROOT / "iamconsole" / "launch").glob("*.py")]
    found = {name for source in sources for name in READ_FROM_ENVIRONMENT.findall(source.read_text())}
    return sorted(found - NOT_FOR_OPERATORS)


@pytest.mark.parametrize("name", settings_read())
def test_setting_is_documented(name: str) -> None:
    assert f"`{name}`" in documented("docs/settings.md")


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text())
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES)
def test_files_that_are_named_exist(page: Path) -> None:
    """By the end of their path, as the text around them says where they are."""
    named = set(re.findall(r"`(\w[\w./-]*\.(?:py|html|js|css|mjs|csv|toml))`", page.read_text()))
    missing = [name for name in named if not any(f"/{path}".endswith(f"/{name}") for path in _files())]
    assert missing == []


PICTURES = [ROOT / "docs" / "screenshot.png", *sorted((ROOT / "docs" / "pictures").iterdir())]


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_pictures_are_shown_as_wide_as_pages_and_light(picture: Path) -> None:
    """A PNG begins with eight bytes of its own, then the length and the name of its head, then how wide it is."""
    shown = {(page.parent / link).resolve() for page in PAGES for link in IMAGE.findall(page.read_text())}
    assert picture in shown
    content = picture.read_bytes()
    assert content.startswith(b"\x89PNG")
    assert int.from_bytes(content[16:20]) == 1440
    assert len(content) < 300_000


@cache
def _files() -> list[str]:
    return subprocess.check_output(["git", "ls-files"], cwd=ROOT, text=True).split()


def test_every_app_of_the_picture_exists() -> None:
    layers = re.findall(r"^ +│  (\w+) ", documented("docs/architecture.md"), re.MULTILINE)
    assert layers == [
        "api",
        "guides",
        "unused",
        "access_requests",
        "configuration",
        "contain",
        "reviews",
        "estate",
        "cognito",
        "access",
        "infrastructure",
        "directory",
        "resources",
        "identities",
        "policies",
        "objects",
        "findings",
        "sync",
        "notifications",
        "accounts",
        "monitoring",
        "iamconsole",
    ]
    assert all((ROOT / layer / "__init__.py").exists() for layer in layers)


def test_lock_files_carry_hashes_and_no_addresses() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        text = lock.read_text()
        assert "--hash=sha256:" in text
        assert "://" not in text.replace("# via", ""), lock
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text()


def test_every_kind_of_page_leads_to_the_documentation_of_aws() -> None:
    elsewhere = [
        kind.name for kind in kinds.registered() if not kind.documentation.startswith("https://docs.aws.amazon.com/")
    ]
    assert kinds.registered()
    assert elsewhere == []
