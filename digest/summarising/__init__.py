"""What a paper found, in the paper's own words: which sentences of an abstract a card shows."""
