"""What tests of the Python services have in common. Copied into testrunner stages only."""
