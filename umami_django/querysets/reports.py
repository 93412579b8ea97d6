"""Words about subscriptions to reports."""

from typing import Any, Self

from django.db import models


class SubscriptionQuerySet(models.QuerySet[Any]):
    """Subscriptions to reports by e-mail."""

    def going_out(self) -> Self:
        """Those that nobody has ended, of websites that still exist."""
        return self.filter(active=True, website__deleted_at=None)

    def with_readers(self) -> Self:
        """With website, account and user, without a query for each."""
        return self.select_related("website", "account__user")
