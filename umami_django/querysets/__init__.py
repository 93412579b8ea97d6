"""The words: chainable queryset methods that return querysets. The answers are in `stats/`."""
