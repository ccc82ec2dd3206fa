"""The CI systems that a run may be started by."""
