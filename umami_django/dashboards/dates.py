"""How dates read: short, and in the reader's language."""

from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

# Translators: texts with the context "date format" say in which order the parts of a date stand, in Django's letters:
# https://docs.djangoproject.com/en/stable/ref/templates/builtins/#date
DAY = pgettext_lazy("date format", "j M")
WEEKDAY = pgettext_lazy("date format", "D j M")
DATE = pgettext_lazy("date format", "j M Y")
WEEKDAY_DATE = pgettext_lazy("date format", "D, j M Y")
LONG_DATE = pgettext_lazy("date format", "l, j F Y")
MONTH = pgettext_lazy("date format", "F Y")
SHORT_MONTH = pgettext_lazy("date format", "M Y")
YEAR = pgettext_lazy("date format", "Y")
MINUTE = pgettext_lazy("date format", "H:i")
DAY_MINUTE = pgettext_lazy("date format", "j M, H:i")
WEEKDAY_MINUTE = pgettext_lazy("date format", "D j M, H:i")
DATE_MINUTE = pgettext_lazy("date format", "j M Y, H:i")


def dated(moment: date | datetime, form: Promise | str) -> str:
    """*moment* as it stands, in no other zone, in one of the forms above."""
    return date_format(moment, str(form))
