"""What the Python services have in common besides their domain: starting, answering, logging, stopping.

A plain folder, copied next to a service's own package; each service pins the libraries it uses itself.
"""
