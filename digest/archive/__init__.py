"""Records become papers: what is new, what is the same paper, what a newer version changes."""
