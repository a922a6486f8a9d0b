"""The door: the Unix socket by which commands reach the process that owns the home."""
