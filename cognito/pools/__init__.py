"""User pools and what belongs to them: what can be done with them, how they are set, what is wrong with them."""
