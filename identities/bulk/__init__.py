"""Users by the hundred: a table of them, as CSV, becomes one change."""
