"""The few lines of a failure that matter, and the place to look at: a module a framework, all pure and total.

What framework wrote a message is known by the message: JUnit's XML may come from any of them.
"""
