"""Which papers fit which profile, and why: text → features, lexical, semantic, blend, reasons."""
