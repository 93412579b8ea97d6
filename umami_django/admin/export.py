"""What is asked before a website's traffic is exported: as what, and from when to when."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..domain.periods import MICROSECOND, Period
from ..models import Website
from ..moving.export import CONTENT_TYPES, Format, exported, file_name
from ..moving.stored import ALWAYS

FIRST_DAY, LAST_DAY = date(1970, 1, 2), date(9999, 12, 1)
"""Whatever the time zone, these can be told as moments."""
FORMATS = [
    (Format.JSON_LINES.value, _("JSON lines: everything, exactly; can be imported again")),
    (Format.CSV.value, _("CSV: a line for each hit, with the columns of Umami's own export")),
    (Format.ZIP.value, _("Zip: the three tables of Umami's own export")),
]


class ExportForm(forms.Form):
    """Days are those of the current time zone, both included; empty: no limit."""

    format = forms.ChoiceField(
        label=_("Format"), choices=FORMATS, initial=Format.JSON_LINES.value, widget=forms.RadioSelect
    )
    since = forms.DateField(
        label=_("From"),
        required=False,
        validators=[MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)],
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    until = forms.DateField(
        label=_("To"),
        required=False,
        validators=[MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)],
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and until < since:
            self.add_error("until", gettext("That is before the first day."))
        return cleaned

    def file(self, website: Website) -> StreamingHttpResponse:
        """What was asked for, as a download."""
        since, until = self.cleaned_data["since"], self.cleaned_data["until"]
        form = Format(self.cleaned_data["format"])
        period = Period(
            _start(since) if since else ALWAYS.start,
            _start(until + timedelta(days=1)) - MICROSECOND if until else ALWAYS.end,
        )
        return StreamingHttpResponse(
            exported(website, form, period),
            content_type=CONTENT_TYPES[form],
            headers={"Content-Disposition": f'attachment; filename="{file_name(website, form)}"'},
        )


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
