"""Composing: from picks to a mail's words and looks. `compose.py` is where to start reading."""
