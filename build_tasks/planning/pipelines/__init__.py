"""Pipelines of CI systems, generated: one model, and a writer for each system. Pure: text comes out."""
