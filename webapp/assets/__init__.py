"""Assets: what people make and own on chain, and the content that it names."""
