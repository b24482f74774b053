"""The Visual view of a policy document: fields that are read from its text, and edits that change the text as little as
they can. The text is the one source; what has no fields stays in it as it is."""

from policies.engine.visual.draft import CannotEdit, JsonOnly, VisualDraft, VisualStatement, visual_draft

__all__ = ["CannotEdit", "JsonOnly", "VisualDraft", "VisualStatement", "visual_draft"]
