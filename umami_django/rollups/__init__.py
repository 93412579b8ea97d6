"""Summaries of the hits: built from them, answering as they would, only faster."""
