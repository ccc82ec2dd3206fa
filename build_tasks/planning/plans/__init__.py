"""What is to be done: from an event or a typed command to a plan, and what to type after it. Pure."""
