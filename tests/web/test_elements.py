"""The template tags, by the markup that they print."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django import forms
from django.template import Context, Template

from iamconsole.web.diff import json_lines


def rendered(markup: str, **context: Any) -> str:
    html = Template("{% load console %}" + markup).render(Context(context))
    return " ".join(html.split())


class ConnectForm(forms.Form):
    name = forms.CharField(help_text="As the sidebar says it.")
    environment = forms.ChoiceField(choices=[("production", "Production")])
    writes = forms.BooleanField(label="May write")
    way = forms.ChoiceField(choices=[("own", "Own credentials"), ("role", "A role")], widget=forms.RadioSelect)
    note = forms.CharField(required=False)


def test_flag_is_a_word_with_a_mark() -> None:
    html = rendered('{% flag "Critical" "danger" "octagon-alert" %}')
    assert html.startswith('<span class="flag flag-danger"><svg')
    assert html.endswith("Critical</span>")


def test_flag_with_an_address_is_a_link() -> None:
    assert rendered('{% flag "Drift" url="/x/" %}') == '<a href="/x/" class="flag">Drift</a>'


def test_text_from_aws_is_escaped() -> None:
    assert "&lt;b&gt;" in rendered("{% flag name %}", name="<b>")
    assert "&lt;b&gt;" in rendered("{% fact 'Name' %}{{ name }}{% endfact %}", name="<b>")
    assert "<b>" not in rendered("{% json_code text %}{% text_diff diff %}", text='{"<b>": "<b>"}', diff=[("+", "<b>")])


@pytest.mark.parametrize(
    ("value", "word", "ink"), [("applied", "Applied", "ink-ok"), ("failed", "Failed", "ink-danger")]
)
def test_state_says_the_word_of_the_vocabulary(value: str, word: str, ink: str) -> None:
    html = rendered("{% state value %}", value=value)
    assert ink in html
    assert html.endswith(f"{word}</span>")


def test_a_running_state_turns() -> None:
    assert "turning" in rendered('{% state "sending" %}')
    assert "turning" in rendered('{% state_flag "applying" %}')


def test_an_unknown_state_is_said_as_it_is() -> None:
    assert "Half done" in rendered('{% state "half_done" %}')


@pytest.mark.parametrize(
    ("name", "bars"), [("none", 0), ("read", 1), ("write", 2), ("permissions", 3), ("everything", 4)]
)
def test_level_has_a_bar_for_each_step(name: str, bars: int) -> None:
    html = rendered("{% level name %}", name=name)
    assert html.count('class="on"') == bars
    assert ("level-high" in html) == (bars > 2)


def test_time_carries_the_machine_form_and_the_full_form() -> None:
    html = rendered("{% ago moment %}", moment=datetime(2019, 3, 4, 15, 42, tzinfo=UTC))
    assert html == '<time datetime="2019-03-04T15:42:00Z" title="4 Mar 2019, 15:42:00 UTC">4 Mar 2019</time>'


def test_no_time_is_a_word() -> None:
    assert rendered('{% ago None "not used" %}') == '<span class="muted">not used</span>'


def test_panel_is_named_by_its_title() -> None:
    html = rendered('{% panel "Needs attention" "Worst first." %}<p>{{ x }}</p>{% endpanel %}', x="1 < 2")
    assert 'aria-labelledby="h-needs-attention"' in html
    assert '<h2 id="h-needs-attention">Needs attention</h2> <p>Worst first.</p>' in html
    assert '<div class="panel-body"><p>1 &lt; 2</p></div>' in html


def test_flush_panel_has_no_padding_of_its_own() -> None:
    assert "panel-body" not in rendered('{% panel "Users" flush=True %}<ul></ul>{% endpanel %}')


def test_actions_of_a_panel_see_the_page() -> None:
    html = rendered(
        '{% panel "Size" actions="elements/size_meter.html" %}x{% endpanel %}',
        **{"for": "id_document", "size": 1, "limit": 10},
    )
    assert "1 of 10 characters" in html


def test_django_messages_are_notes() -> None:
    assert "note-danger" in rendered('{% note "error" %}x{% endnote %}')
    assert "note-ok" in rendered('{% note "success" %}x{% endnote %}')


def test_field_ties_hint_and_errors_to_the_control() -> None:
    html = rendered("{% field form.name %}", form=ConnectForm({}))
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html
    assert '<label class="form-label" for="id_name">Name</label>' in html


def test_field_with_a_hint_of_the_template_is_described_by_it() -> None:
    html = rendered('{% field form.note hint="Why?" %}', form=ConnectForm())
    assert 'aria-describedby="id_note_helptext"' in html
    assert "Why?" in html


def test_optional_field_says_so() -> None:
    assert "optional" in rendered("{% field form.note %}", form=ConnectForm())


def test_check_box_stands_before_its_label() -> None:
    html = rendered("{% field form.writes %}", form=ConnectForm())
    assert '<label class="check"><input type="checkbox"' in html
    assert "form-check-input" in html


def test_radio_buttons_are_a_group_with_a_legend() -> None:
    html = rendered("{% field form.way %}", form=ConnectForm({"way": "role"}))
    assert '<legend class="form-label">Way</legend>' in html
    assert html.count('class="form-check-input"') == 2
    assert html.count("checked") == 1


def test_an_attribute_can_be_given_or_taken_away() -> None:
    html = rendered('{% field form.name autocomplete="off" placeholder=False %}', form=ConnectForm())
    assert 'autocomplete="off"' in html
    assert "placeholder" not in html


def test_json_keeps_its_text_and_marks_its_lines() -> None:
    lines = json_lines('{\n  "Action": "s3:*",\n  "n": 1\n}', {2: "warn"})
    assert [line.mark for line in lines] == ["", "warn", "", ""]
    assert lines[1].html == '  <span class="k">&quot;Action&quot;</span>: <span class="s">&quot;s3:*&quot;</span>,'
    assert lines[2].html == '  <span class="k">&quot;n&quot;</span>: <span class="n">1</span>'


def test_text_that_is_not_json_is_printed_too() -> None:
    assert [line.html for line in json_lines("<oops")] == ["&lt;oops"]


def test_difference_says_its_marks() -> None:
    html = rendered("{% text_diff lines %}", lines=[("+", "new"), ("-", "old"), ("…", "6 unchanged lines")])
    assert "Added: </span>new" in html
    assert "Removed: </span>old" in html
    assert "ln gap" in html


def test_data_attribute_holds_json() -> None:
    assert (
        rendered('<i data-x="{{ x|to_json }}">', x={"a": '"'}) == '<i data-x="{&quot;a&quot;: &quot;\\&quot;&quot;}">'
    )
