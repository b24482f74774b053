"""All templates, in the order of their groups."""

from __future__ import annotations

from policies.gallery import account_templates, data_templates, people_templates
from policies.gallery.template import PolicyTemplate

TEMPLATES: dict[str, PolicyTemplate] = {
    template.name: template
    for template in (*data_templates.TEMPLATES, *people_templates.TEMPLATES, *account_templates.TEMPLATES)
}


def found(words: str) -> list[PolicyTemplate]:
    """Those in whose title, group or sentence all words are."""
    wanted = words.casefold().split()
    return [
        each
        for each in TEMPLATES.values()
        if all(word in f"{each.title} {each.group} {each.about} {each.name}".casefold() for word in wanted)
    ]
