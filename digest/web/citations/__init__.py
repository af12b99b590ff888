"""Papers for reference managers: BibTeX, RIS, CSL JSON, Markdown, and COinS for web pages. Pure."""
