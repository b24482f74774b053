"""Which pages of docs/ the console shows to operators, and where they are found."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString

from iamconsole.web.help.markdown import HelpSection, html_of, sections, title_of

# For who works with the console; how it is built, is for who works on it.
SHOWN = (
    "changes",
    "credentials",
    "policies",
    "cognito",
    "estate",
    "drift",
    "findings",
    "tasks",
    "contain",
    "notifications",
    "requests",
    "reviews",
    "search",
    "sign-in",
    "audit",
    "api",
    "mirror",
    "settings",
    "monitoring",
    "configuration-file",
)


@dataclass(frozen=True)
class HelpPage:
    name: str
    title: str
    text: str

    @property
    def url_name(self) -> str:
        return f"help_{self.name.replace('-', '_')}"

    @property
    def sections(self) -> list[HelpSection]:
        return sections(self.text)

    @property
    def html(self) -> SafeString:
        return html_of(self.text, link_of)


@cache
def help_pages() -> dict[str, HelpPage]:
    """By name, in the order of `SHOWN`. Raises FileNotFoundError where there is none of a name."""
    texts = {name: (settings.BASE_DIR / "docs" / f"{name}.md").read_text(encoding="utf-8") for name in SHOWN}
    return {name: HelpPage(name, title_of(text), text) for name, text in texts.items()}


def link_of(target: str) -> str:
    """ "changes.md#undo" → "/help/changes/#undo"; "" of what isn't shown."""
    file, _, anchor = target.partition("#")
    if not file:
        return f"#{anchor}"
    end = f"#{anchor}" if anchor else ""
    if file == "glossary.md":
        return f"{reverse('glossary')}{end}"
    page = help_pages().get(file.removesuffix(".md"))
    return f"{reverse(page.url_name)}{end}" if page else ""
