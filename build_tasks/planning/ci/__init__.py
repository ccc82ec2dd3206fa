"""A run in a CI: which system it is, what the event calls for, what to say at the end. Pure."""
