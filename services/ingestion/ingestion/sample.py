"""The request that this package's tools send."""

SAMPLE = {
    "ownerId": "smoke",
    "pickup": {"latitude": 47.6, "longitude": -122.3, "altitude": 0.0},
    "dropoff": {"latitude": 47.7, "longitude": -122.2, "altitude": 0.0},
    "package": {"size": "small", "weightKg": 0.5},
}
