"""Share links of a website in the admin: several of them, each with its own password, end, filter and frames."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, QueryDict
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..dashboards import filter_keys
from ..dashboards.tracking_code import share_url
from ..models import Share, Website
from ..services.sharing import new_slug
from .labels import LabelledFormSet
from .rights import may_change


class ShareForm(forms.ModelForm):
    """A share; its password is set or taken away here and never shown."""

    new_password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "class": "vTextField"}),
    )
    open_to_all = forms.BooleanField(label=_("Remove the password"), required=False)

    class Meta:
        model = Share
        fields = ["note", "expires_at", "filters", "embeddable_by"]
        widgets = {"filters": forms.TextInput(attrs={"class": "vTextField"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_set = bool(self.instance.password)
        hint = (
            _("Is set. Type another one to change it.")
            if is_set
            else _("None: whoever has the link may look.")
        )
        self.fields["new_password"].help_text = hint
        self.fields["open_to_all"].disabled = not is_set

    def clean_filters(self) -> str:
        """Whoever pastes the dashboard's whole address means the filters in it."""
        text: str = self.cleaned_data["filters"].strip().rpartition("?")[2]
        filters, problems = filter_keys.read(dict(QueryDict(text).lists()))
        if problems or (text and not filters):
            raise forms.ValidationError(problems or [gettext("There is no filter in this.")])
        return urlencode(filter_keys.pairs(filters))

    def save(self, commit: bool = True) -> Share:
        share: Share = self.instance
        share.slug = share.slug or new_slug()
        if self.cleaned_data["open_to_all"]:
            share.password = ""
        if self.cleaned_data["new_password"]:
            share.password = make_password(self.cleaned_data["new_password"])
        saved: Share = super().save(commit)
        return saved

    def has_changed(self) -> bool:
        """A new link without any condition is one, too."""
        return super().has_changed() or self.instance.pk is None


class ShareInline(admin.StackedInline):
    """The share links of one website; deleting one revokes it."""

    model = Share
    form = ShareForm
    formset = LabelledFormSet
    extra = 0
    fields = ["link", "note", ("new_password", "open_to_all"), "expires_at", "filters", "embeddable_by"]
    readonly_fields = ["link"]
    classes = ["umami-shares"]

    @admin.display(description=_("link"))
    def link(self, share: Share) -> str | SafeString:
        if share.pk is None:
            return gettext("Is there once you have saved.")
        path = share_url(share)
        return share.slug if path is None else format_html('<a href="{}">{}</a>', path, path)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj)

    @staticmethod
    def _may(request: HttpRequest, website: Website | None) -> bool:
        """Whoever may change the website; the page itself asks for Django's permission."""
        return website is None or may_change(request, website)
