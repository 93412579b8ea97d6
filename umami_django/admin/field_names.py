"""What fields are called where the model leaves it to Django: a `verbose_name` there would be a migration."""

from django.db.models import Field, Model
from django.utils.translation import gettext_lazy as _

NAMES = {
    "browser": _("browser"),
    "channel": _("channel"),
    "city": _("city"),
    "click_id": _("click id"),
    "country": _("country"),
    "device": _("device"),
    "distinct_id": _("distinct id"),
    "event_name": _("event"),
    "hostname": _("hostname"),
    "kind": _("kind"),
    "language": _("language"),
    "os": _("operating system"),
    "path": _("path"),
    "query": _("query"),
    "referrer": _("referrer"),
    "referrer_domain": _("referrer domain"),
    "region": _("region"),
    "screen": _("screen"),
    "session": _("session"),
    "tag": _("tag"),
    "title": _("title"),
    "url": _("URL"),
    "utm_campaign": _("UTM campaign"),
    "utm_content": _("UTM content"),
    "utm_medium": _("UTM medium"),
    "utm_source": _("UTM source"),
    "utm_term": _("UTM term"),
    "uuid": _("uuid"),
    "visit_id": _("visit"),
}


def name_fields(*models: type[Model]) -> None:
    """Call the fields of *models* by these names, unless the model has one of its own."""
    for model in models:
        for field in model._meta.get_fields():
            if isinstance(field, Field) and field.name in NAMES and field._verbose_name is None:  # type: ignore[attr-defined]
                field.verbose_name = NAMES[field.name]
