"""YAML files, safe to walk, whose values know their lines."""
