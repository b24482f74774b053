"""Pages of user pools and of their people."""
