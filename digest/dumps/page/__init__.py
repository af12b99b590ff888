"""The saved page of papers: cards, read from any form in which people keep the page."""
