"""The bodies of requests: of signed webhooks, and as Slack and Microsoft Teams take them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from notifications.channels.message import Message, ToldEvent

_MOST_SHOWN = 20  # events of a digest in a chat
_LONGEST = 2900  # characters of a section: Slack takes 3000


def webhook_body(message: Message) -> bytes:
    """`type`, `timestamp` and `data`, as Standard Webhooks advises ("Payload structure"). One event each."""
    event = message.events[0]
    data = {
        **event.data,
        "aws_account": {"id": event.account_id, "name": event.account_name} if event.account_id else None,
        "severity": event.severity or None,
        "title": event.title,
        "text": " ".join(event.sentences),
        "url": event.url or None,
    }
    return _json({"type": event.kind, "timestamp": event.at.isoformat(), "data": data})


def slack_body(message: Message) -> bytes:
    """Blocks of an incoming webhook ("Sending messages using incoming webhooks"); `text` is what the notice says.

    What comes from AWS stands in plain text, which Slack formats nothing of; only our own links are Markdown.
    """
    blocks = [block for event in message.events[:_MOST_SHOWN] for block in _slack_event(event)]
    if (left := len(message.events) - _MOST_SHOWN) > 0:
        blocks.append(_section("plain_text", f"… and {left} more"))
    return _json({"text": _escaped(message.title), "blocks": blocks})


def _slack_event(event: ToldEvent) -> Iterator[Mapping[str, Any]]:
    yield _section("plain_text", "\n".join([event.title, *event.sentences]))
    if event.url:
        yield _section("mrkdwn", f"<{_escaped(event.url)}|Open>")


def _section(kind: str, text: str) -> Mapping[str, Any]:
    return {"type": "section", "text": {"type": kind, "text": text[:_LONGEST]}}


def _escaped(text: str) -> str:
    """The three control characters of Slack's messages."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def teams_body(message: Message) -> bytes:
    """An Adaptive Card, as a workflow of a channel takes it ("When a Teams webhook request is received")."""
    body: list[Any] = [{"type": "TextBlock", "text": _for_teams(message.title), "weight": "Bolder", "wrap": True}]
    shown = message.events[:_MOST_SHOWN]
    for event in shown:
        if len(message.events) > 1:
            body.append({"type": "TextBlock", "text": _for_teams(event.title), "weight": "Bolder", "wrap": True})
        body += [{"type": "TextBlock", "text": _for_teams(each), "wrap": True} for each in event.sentences]
    if len(message.events) > _MOST_SHOWN:
        body.append({"type": "TextBlock", "text": f"… and {len(message.events) - _MOST_SHOWN} more", "wrap": True})
    links = dict.fromkeys(each.url for each in shown if each.url)
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
        "actions": [{"type": "Action.OpenUrl", "title": "Open", "url": url} for url in list(links)[:1]],
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return _json({"type": "message", "attachments": [attachment]})


def _for_teams(text: str) -> str:
    """Cards read some Markdown: links and emphasis are kept from it."""
    return text.translate({ord(mark): f"\\{mark}" for mark in "*_[]`"})


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


FORMATS: Mapping[str, Callable[[Message], bytes]] = {
    "webhook": webhook_body,
    "slack": slack_body,
    "teams": teams_body,
}
