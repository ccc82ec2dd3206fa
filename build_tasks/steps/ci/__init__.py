"""What an event in git calls for, and the pipelines that ask for it."""
