"""What a host may listen to. None of it steers our own flow."""

from django.dispatch import Signal

hit_recorded = Signal()
"""Sent after COMMIT with `hits`, the stored hits (a tuple of `umami_django.domain.hits.Hit`). An error in a receiver
is logged and costs nothing else."""
