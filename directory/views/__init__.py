"""Pages of Identity Center."""
