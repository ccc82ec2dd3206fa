"""What an image consists of, what is known to be wrong with it, and what the policy makes of that. Pure."""
