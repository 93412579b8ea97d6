"""The traffic tables: repeated texts, sessions, what happened, event data. Written in bulk, never by forms.

They may live in a database of their own, so nothing here has a database constraint to a website, and no query
joins across. A website is a plain integer here.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ..domain.vocabulary import DataType, HitKind, TermKind
from ..querysets.traffic import EventManager, HitQuerySet, PageviewManager, SessionQuerySet, TermQuerySet
from .fields import MicrosField, TermField
from .indexes import EventsIndex, SessionsIndex


class Term(models.Model):
    """A text that traffic repeats (a url, a browser's name …), stored once for each website and kind."""

    is_traffic = True

    id = models.AutoField(primary_key=True)
    website_id = models.IntegerField()
    kind = models.SmallIntegerField(choices=[(kind.value, kind.name.lower()) for kind in TermKind])
    digest = models.CharField(max_length=32, help_text=_("First 128 bits of the text's BLAKE2b, as hex."))
    text = models.TextField()

    objects = TermQuerySet.as_manager()

    class Meta:
        verbose_name = _("term")
        verbose_name_plural = _("terms")
        constraints = [
            models.UniqueConstraint(fields=["website_id", "kind", "digest"], name="umami_term_unique")
        ]

    def __str__(self) -> str:
        return self.text


class TermDay(models.Model):
    """How many texts a website added on one UTC day, and how often one was replaced because it were too many."""

    is_traffic = True

    website_id = models.IntegerField()
    day = models.DateField()
    added = models.IntegerField(default=0)
    replaced = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("new terms of a day")
        verbose_name_plural = _("new terms by day")
        constraints = [models.UniqueConstraint(fields=["website_id", "day"], name="umami_term_day_unique")]

    def __str__(self) -> str:
        return f"{self.day}: {self.added}"


class Salt(models.Model):
    """The secret of one UTC calendar month: without it that month's visitors cannot be recognised again."""

    is_traffic = True

    month = models.IntegerField(unique=True, help_text=_("Months since year 0: 12 * year + month - 1."))
    value = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("salt")
        verbose_name_plural = _("salts")

    def __str__(self) -> str:
        return f"{self.month // 12}-{self.month % 12 + 1:02}"


class Session(models.Model):
    """One visitor of one website in one salt period, as first seen. Only pruning ever changes it."""

    is_traffic = True

    id = models.BigIntegerField(primary_key=True, help_text=_("63 bits of a digest of the uuid."))
    uuid = models.UUIDField()
    website_id = models.IntegerField()
    created_at = MicrosField(_("first seen"))
    hostname = TermField()
    browser = TermField()
    os = TermField()
    device = TermField()
    screen = TermField()
    language = TermField()
    country = TermField()
    region = TermField()
    city = TermField()
    distinct_id = models.CharField(max_length=50, null=True, blank=True)
    pruned_until = MicrosField(
        _("pruned until"),
        null=True,
        blank=True,
        help_text=_(
            "The time of the last pageview that was pruned: summaries know from it who was seen before."
        ),
    )

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        indexes = [models.Index(fields=["website_id", "created_at"], name="umami_session_website_time")]

    def __str__(self) -> str:
        return str(self.uuid)


KINDS = [(HitKind.PAGEVIEW.value, _("pageview")), (HitKind.EVENT.value, _("event"))]


class StoredHit(models.Model):
    """One thing that happened on a website. `Pageview` and `Event` are views of this table."""

    is_traffic = True

    id = models.BigAutoField(primary_key=True)
    website_id = models.IntegerField()
    session = models.ForeignKey(
        Session, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="hits"
    )
    visit_id = models.BigIntegerField()
    created_at = MicrosField(_("time"))
    kind = models.SmallIntegerField(choices=KINDS)
    url = TermField()
    path = TermField()
    query = TermField()
    referrer = TermField()
    referrer_domain = TermField()
    hostname = TermField()
    title = TermField()
    event_name = TermField()
    tag = TermField()
    utm_source = TermField()
    utm_medium = TermField()
    utm_campaign = TermField()
    utm_content = TermField()
    utm_term = TermField()
    click_id = TermField()
    channel = TermField()

    objects = HitQuerySet.as_manager()

    class Meta:
        verbose_name = _("hit")
        verbose_name_plural = _("hits")
        indexes = [
            models.Index(fields=["website_id", "created_at"], name="umami_hit_website_time"),
            # 12 bytes a hit instead of 48 where hits come one by one, 10 instead of 32 after a load (PostgreSQL)
            SessionsIndex(fields=["session", "created_at"], name="umami_hit_session"),
            # a page's month out of ten million hits: 191 ms instead of 1,257 (PostgreSQL), for 6 % of the writing
            models.Index(fields=["website_id", "path", "created_at"], name="umami_hit_website_path_time"),
            # an event's: 18 ms instead of 1,053
            EventsIndex(
                fields=["website_id", "event_name", "created_at"], name="umami_hit_website_event_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class Pageview(StoredHit):
    """A page shown to a visitor."""

    objects = PageviewManager()  # type: ignore[misc]

    class Meta:
        proxy = True
        verbose_name = _("pageview")
        verbose_name_plural = _("pageviews")


class Event(StoredHit):
    """A named thing that happened, other than a pageview."""

    objects = EventManager()  # type: ignore[misc]

    class Meta:
        proxy = True
        verbose_name = _("event")
        verbose_name_plural = _("events")


class EventDocument(models.Model):
    """The data of an event, as JSON text, as it was sent."""

    is_traffic = True

    hit_id = models.BigIntegerField(primary_key=True)
    website_id = models.IntegerField()
    document = models.TextField()

    class Meta:
        verbose_name = _("event document")
        verbose_name_plural = _("event documents")

    def __str__(self) -> str:
        return self.document


class EventData(models.Model):
    """One typed leaf of an event's data (v3 reference 3.6)."""

    is_traffic = True

    id = models.BigAutoField(primary_key=True)
    website_id = models.IntegerField()
    hit_id = models.BigIntegerField(db_index=True)
    created_at = MicrosField(_("time"))
    key = models.CharField(max_length=500)
    data_type = models.SmallIntegerField(choices=[(kind.value, kind.name.lower()) for kind in DataType])
    string_value = models.TextField()
    number_value = models.DecimalField(max_digits=19, decimal_places=4, null=True)
    date_value = MicrosField(null=True)

    class Meta:
        verbose_name = _("event property")
        verbose_name_plural = _("event properties")
        indexes = [models.Index(fields=["website_id", "created_at"], name="umami_event_data_time")]
        constraints = [
            models.CheckConstraint(
                condition=Q(data_type__in=[kind.value for kind in DataType]), name="umami_event_data_type"
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} = {self.string_value}"


class SessionData(models.Model):
    """One typed leaf of what a website told about an identified visitor; the latest value of each key."""

    is_traffic = True

    id = models.BigAutoField(primary_key=True)
    website_id = models.IntegerField()
    session = models.ForeignKey(
        Session, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="data"
    )
    created_at = MicrosField(_("time"))
    key = models.CharField(max_length=500)
    key_digest = models.CharField(max_length=32, help_text=_("First 128 bits of the key's BLAKE2b, as hex."))
    data_type = models.SmallIntegerField(choices=[(kind.value, kind.name.lower()) for kind in DataType])
    string_value = models.TextField()
    number_value = models.DecimalField(max_digits=19, decimal_places=4, null=True)
    date_value = MicrosField(null=True)

    class Meta:
        verbose_name = _("session property")
        verbose_name_plural = _("session properties")
        indexes = [models.Index(fields=["website_id", "created_at"], name="umami_session_data_time")]
        constraints = [
            models.UniqueConstraint(fields=["session", "key_digest"], name="umami_session_data_unique")
        ]

    def __str__(self) -> str:
        return f"{self.key} = {self.string_value}"


class LogImport(models.Model):
    """How much of a log file a website has taken in, so that the same lines are never counted twice."""

    is_traffic = True

    website_id = models.IntegerField()
    first_line_digest = models.CharField(max_length=64, help_text=_("SHA-256 of the file's first line."))
    bytes_read = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, help_text=_("SHA-256 of the bytes read."))

    class Meta:
        verbose_name = _("log import")
        verbose_name_plural = _("log imports")
        constraints = [
            models.UniqueConstraint(
                fields=["website_id", "first_line_digest"], name="umami_log_import_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.first_line_digest[:12]}: {self.bytes_read} bytes"


class JournalPosition(models.Model):
    """How far a journal file is loaded. Moved in the transaction that stores the hits: each is stored once."""

    is_traffic = True

    file = models.UUIDField(primary_key=True, help_text=_("The identity in the file's first line."))
    position = models.BigIntegerField(help_text=_("Bytes of the file that are stored."))

    class Meta:
        verbose_name = _("journal position")
        verbose_name_plural = _("journal positions")

    def __str__(self) -> str:
        return f"{self.file}: {self.position}"
