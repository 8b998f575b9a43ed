"""All that is kept of a person, as one file for them."""
