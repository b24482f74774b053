"""What can be done with people of user pools, from a person's page and from the list of a pool's people."""
