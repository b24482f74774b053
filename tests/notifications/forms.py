"""What a browser sends of the forms of notifications."""

from __future__ import annotations

import re
from html import unescape

from django.test import Client

_FIELD = re.compile(r"<(input)\b([^>]*)>()|<(select)\b([^>]*)>(.*?</select>)", re.DOTALL)


def own_form(client: Client) -> dict[str, str]:
    return filled_in(client.get("/notifications/").content.decode())


def filled_in(html: str) -> dict[str, str]:
    """The fields of the page's main form, as they stand there."""
    form = html.partition("novalidate>")[2].partition("</form>")[0]
    found = {}
    for groups in _FIELD.findall(form):
        tag, attributes, options = groups[:3] if groups[0] else groups[3:]
        said = dict(re.findall(r'([\w-]+)="([^"]*)"', attributes))
        if tag == "select":
            chosen = re.search(r'<option value="([^"]*)" selected', options)
            found[said["name"]] = unescape(chosen.group(1)) if chosen else ""
        elif said.get("type") not in ("checkbox", "radio") or " checked" in attributes:
            found[said["name"]] = unescape(said.get("value", "on" if "checked" in attributes else ""))
    return {name: value for name, value in found.items() if name != "csrfmiddlewaretoken"}
