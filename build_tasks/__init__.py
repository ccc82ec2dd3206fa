"""A release flow for a monorepo of microservices on Kubernetes, as Invoke tasks."""

#: What `inv --version` says; pyproject.toml says the same, and a test compares them.
__version__ = "0.1.0"
