"""A container engine: building, running, its objects, and the managed dockerd."""
