"""An OCI registry, through oras."""
