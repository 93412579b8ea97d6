"""Who is to be erased: asked by the session or by what the website calls a visitor."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..models import Website
from ..services.erasure import visitors


class ErasureForm(forms.Form):
    """One of both; whoever is asked for must be there."""

    session = forms.UUIDField(
        label=_("Session"),
        required=False,
        help_text=_("The uuid of a session, from its page."),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    distinct_id = forms.CharField(
        label=_("Distinct id"),
        required=False,
        max_length=50,
        strip=False,
        help_text=_("What the website calls the visitor; all their sessions are meant."),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )

    def __init__(self, website: Website, data: Any = None) -> None:
        super().__init__(data)
        self._website = website

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.errors:
            return cleaned
        given = [name for name in ("session", "distinct_id") if self.cleaned_data.get(name)]
        if len(given) != 1:
            raise forms.ValidationError(gettext("Fill in one of the two."))
        if not self._found:
            self.add_error(given[0], gettext("There is no such visitor on this website."))
        return cleaned

    def found(self) -> dict[int, UUID]:
        """The sessions that are meant, of a valid form."""
        return self._found

    @cached_property
    def _found(self) -> dict[int, UUID]:
        asked = self.cleaned_data
        return visitors(
            self._website, session=asked.get("session"), distinct_id=asked.get("distinct_id") or None
        )
