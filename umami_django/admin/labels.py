"""Names for the fields of inlines, where the admin's templates give them none that a screen reader could read out."""

from typing import Any

from django import forms
from django.utils.translation import gettext


class LabelledFormSet(forms.BaseInlineFormSet):
    """Each field says what it is: in tables only the column does, and of a moment neither the day nor the time."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        for field in form.fields.values():
            if not field.widget.is_hidden:
                _name(field.widget, str(field.label or ""))


def _name(widget: forms.Widget, label: str) -> None:
    if isinstance(widget, forms.SplitDateTimeWidget):
        for part, text in zip(widget.widgets, (gettext("Date:"), gettext("Time:")), strict=True):
            part.attrs["aria-label"] = f"{label}, {text.rstrip(': ')}"
    else:
        widget.attrs["aria-label"] = label
