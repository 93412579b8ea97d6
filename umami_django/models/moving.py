"""How much of a website was brought from another installation."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .fields import MicrosField


class Move(models.Model):
    """What was brought of one website so far. Moved in the transaction of the rows: each is brought once."""

    is_traffic = True

    website_id = models.IntegerField(unique=True)
    family = models.CharField(max_length=8, help_text=_("The kind of tables it came from."))
    since = MicrosField(null=True, help_text=_("Only what happened since then is brought."))
    started_at = MicrosField(default=timezone.now)
    positions = models.JSONField(
        default=dict, help_text=_("For each table: time and key of the last row, and how many were brought.")
    )
    counts_before = models.JSONField(
        default=dict,
        help_text=_("What the website held before, so that it can be told from what was brought."),
    )

    class Meta:
        verbose_name = _("move")
        verbose_name_plural = _("moves")

    def __str__(self) -> str:
        return f"{self.website_id}: {sum(position[2] for position in self.positions.values())} rows"
