"""The wallets of an account."""
