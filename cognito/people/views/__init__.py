"""Pages of the people of user pools."""
