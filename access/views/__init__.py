"""Pages about who can do what."""
