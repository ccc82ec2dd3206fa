"""Versions in environments: deployed, verified, given the traffic, promoted, retired."""
