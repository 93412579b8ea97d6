"""Looks at an installation from all sides, and says what is well and what is not. Changes nothing."""
