"""Pages of containing."""
