"""Clusters: through an environment's own account, and through an administrator's."""
