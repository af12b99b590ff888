"""How the store came to be what it is: append-only, each in its own file, never edited."""
