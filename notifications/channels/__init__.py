"""How a message goes out: by e-mail, or as a request to an address. Each says what became of it."""
