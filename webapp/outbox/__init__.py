"""What is owed to the chain, and what is known of the chain."""
