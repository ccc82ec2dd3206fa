"""The demonstration: a change goes from a commit to production, on a scratch clone."""
