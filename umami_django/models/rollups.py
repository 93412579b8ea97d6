"""Tables kept beside the hits: packed days, packed values, packed columns. Only a cache; no statistics here.

How they are packed is said in `rollups/day.py`, `rollups/values.py` and `rollups/columns.py`.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ..domain.vocabulary import Span
from .fields import MicrosField


class RollupState(models.Model):
    """How far a website's summaries are built. Hours, days and months are counted from 1970, UTC."""

    is_traffic = True

    website_id = models.IntegerField(primary_key=True)
    closed_until = models.IntegerField(
        default=0, help_text=_("Hours before it are closed: a hit stored there now leaves a mark.")
    )
    hours_until = models.IntegerField(null=True, help_text=_("Hours before it are built; null: none is."))
    days_until = models.IntegerField(default=0, help_text=_("Days before it are built in one piece."))
    months_until = models.IntegerField(default=0, help_text=_("Months before it are built in one piece."))
    longest_pause = models.IntegerField(
        default=0, help_text=_("The most hours between two pageviews of a visit, as far as built.")
    )
    raw_from = models.IntegerField(
        null=True, help_text=_("The hour before which hits were pruned: there, summaries are the record.")
    )
    version = models.BigIntegerField(default=0, help_text=_("Grows with whatever is built."))
    columns_from = models.IntegerField(
        null=True, help_text=_("The day from which on columns are built, too; null: none are.")
    )

    class Meta:
        verbose_name = _("state of summaries")
        verbose_name_plural = _("states of summaries")

    def __str__(self) -> str:
        return f"{self.website_id}: {self.hours_until}"


class RollupMark(models.Model):
    """Something before `closed_until` changed: what is built from *at* on does not hold until it is built again."""

    is_traffic = True

    website_id = models.IntegerField(db_index=True)
    at = MicrosField(_("time"))

    class Meta:
        verbose_name = _("mark for summaries")
        verbose_name_plural = _("marks for summaries")

    def __str__(self) -> str:
        return f"{self.website_id}: {self.at}"


class RollupDay(models.Model):
    """A website's UTC day: pageviews, visitors and visits by quarter of an hour and by hour."""

    is_traffic = True

    website_id = models.IntegerField()
    day = models.IntegerField(help_text=_("Days since 1970, UTC."))
    counts = models.BinaryField()
    near = models.BinaryField()
    rest = models.BinaryField()
    far = models.BinaryField()
    crossings = models.BinaryField()
    restarts = models.BinaryField(null=True)
    """Null: built by an older version, or a visit is longer than a day."""

    class Meta:
        verbose_name = _("summary of a day")
        verbose_name_plural = _("summaries of days")
        constraints = [models.UniqueConstraint(fields=["website_id", "day"], name="umami_rollup_day_unique")]

    def __str__(self) -> str:
        return f"{self.website_id}: {self.day}"


class RollupValues(models.Model):
    """What was seen of one dimension (pages, browsers …) in one hour, day or month."""

    is_traffic = True

    website_id = models.IntegerField()
    dimension = models.SmallIntegerField()
    span = models.SmallIntegerField(choices=[(span.value, span.name.lower()) for span in Span])
    start = models.IntegerField(help_text=_("Hours, days or months since 1970, UTC."))
    packed = models.BinaryField()

    class Meta:
        verbose_name = _("summary of values")
        verbose_name_plural = _("summaries of values")
        constraints = [
            models.UniqueConstraint(
                fields=["website_id", "dimension", "span", "start"], name="umami_rollup_values_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.website_id}: {self.dimension} {self.span} {self.start}"


class RollupColumn(models.Model):
    """One column (or a few that belong together) of the hits of one hour or day, in order of time."""

    is_traffic = True

    website_id = models.IntegerField()
    column = models.SmallIntegerField()
    span = models.SmallIntegerField(choices=[(span.value, span.name.lower()) for span in Span])
    start = models.IntegerField(help_text=_("Hours or days since 1970, UTC."))
    packed = models.BinaryField()

    class Meta:
        verbose_name = _("column of hits")
        verbose_name_plural = _("columns of hits")
        constraints = [
            models.UniqueConstraint(
                fields=["website_id", "column", "span", "start"], name="umami_rollup_column_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.website_id}: {self.column} {self.span} {self.start}"
