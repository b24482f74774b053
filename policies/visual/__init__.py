"""The Visual view of the editor: the document as fields of a form. What they say is written into its text."""
