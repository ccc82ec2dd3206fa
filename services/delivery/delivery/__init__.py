"""The delivery service: keeps deliveries in Redis and answers for them over HTTP."""
