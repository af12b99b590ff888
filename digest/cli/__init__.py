"""The command line: commands translate, and nothing more."""
