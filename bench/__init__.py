"""How long the tasks take, each beside what it is to be compared with.

This is no test: nothing here passes or fails.
"""
