"""The mistakes that are looked for."""
