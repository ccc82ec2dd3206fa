"""Evidence: its statements, their predicates, and the gate that asks for them. Pure."""
