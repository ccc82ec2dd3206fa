"""Conditions of pipelines, and what is known of them before a run."""
