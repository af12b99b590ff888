"""Reading dumps: a module per format and per place."""
