"""What the editor of policy documents offers and explains: the catalogue's words, and what the mirror holds."""
