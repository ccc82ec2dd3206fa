"""What a service is built from, and which services a change concerns. Pure."""
