"""A release flow for a monorepo of microservices on Kubernetes, as Invoke tasks."""
