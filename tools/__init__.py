"""What the project uses to check and describe itself; never part of a running instance."""
