"""People: accounts, wallets, sessions and devices."""
