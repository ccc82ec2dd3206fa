"""Helm: charts without a cluster, and the releases of an environment."""
