"""What the ``troth`` command does, one module per command."""
