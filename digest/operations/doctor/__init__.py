"""`digest doctor`: what is set up, what is missing, and what would stop mail from leaving."""
