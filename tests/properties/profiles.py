"""How many random examples a property gets.

A few by default; HYPOTHESIS_PROFILE=thorough or =nightly asks for more. What compares summaries with hits gets 200 in
CI, on each database.
"""

import os

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("quick", max_examples=25)
settings.register_profile("thorough", max_examples=400)
settings.register_profile("nightly", max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

random_traffic = settings(
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
"""Each example makes traffic and asks many questions."""

IN_CI = 200
PARTS = 4
"""What compares summaries with hits comes in so many tests, which workers share: one would take minutes by itself."""
_examples = max(random_traffic.max_examples, IN_CI if os.environ.get("CI") else 0)
of_summaries = settings(random_traffic, max_examples=-(-_examples // PARTS))
in_parts = pytest.mark.parametrize("part", range(PARTS))
