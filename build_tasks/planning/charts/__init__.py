"""Charts: what they stand on, what Helm made of them, the conventions that they keep. Pure."""
