"""How the mirror reads the people of user pools, and who is in which group."""
