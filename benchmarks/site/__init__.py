"""The site that the collect benchmarks run: two empty views to compare with, and the app."""
