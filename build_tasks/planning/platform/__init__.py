"""What the local platform needs on a machine, and what of it can go. Pure."""
