"""What test frameworks write, as one model: a module a dialect, all pure and total.

A reader takes bytes that anybody may have written, and gives a report: hostile, truncated or mistaken input
makes one that says it is damaged, never an exception.
"""
