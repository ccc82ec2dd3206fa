"""What is signed for, by whom, and whether that is enough."""
