"""Composing: from picks to a mail's words and looks. `render.py` is where to start reading."""
