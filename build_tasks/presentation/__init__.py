"""What people and CI logs get to see. The only part of the project that prints."""
