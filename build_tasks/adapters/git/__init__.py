"""git: what the repository holds, what changed, and what an origin has."""
