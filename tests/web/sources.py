"""Where the templates and the Python of the console are, for tests that look at their text."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = (
    "characters",
    "iamconsole",
    "monitoring",
    "accounts",
    "notifications",
    "sync",
    "findings",
    "objects",
    "policies",
    "identities",
    "resources",
    "directory",
    "infrastructure",
    "access",
    "cognito",
    "estate",
    "contain",
    "access_requests",
    "reviews",
    "configuration",
    "unused",
    "guides",
)
TEMPLATES_DIR = ROOT / "templates"


def templates() -> list[Path]:
    return sorted(TEMPLATES_DIR.rglob("*.html"))


def template_name(path: Path) -> str:
    return path.relative_to(TEMPLATES_DIR).as_posix()


def modules() -> list[Path]:
    return sorted(path for app in APPS for path in (ROOT / app).rglob("*.py"))
