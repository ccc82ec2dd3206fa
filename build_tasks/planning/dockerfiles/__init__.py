"""Dockerfiles: their instructions, their stages, what they take from the build context. Pure."""
