"""Bills of materials and vulnerability scanners."""
