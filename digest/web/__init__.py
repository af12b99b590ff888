"""The site: the readers' pages, health, and the layer that guards them."""
