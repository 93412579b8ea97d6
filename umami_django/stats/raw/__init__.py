"""The answers worked out from the stored hits themselves: always possible, always right.

What is asked, and what it means, stands in `stats/`.
"""
