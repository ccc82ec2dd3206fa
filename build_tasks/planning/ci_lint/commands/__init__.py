"""What scripts do to images."""
