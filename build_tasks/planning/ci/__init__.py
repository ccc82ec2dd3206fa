"""A run in a CI: which system it is, what the event calls for, what it shows of a failed test. Pure."""
