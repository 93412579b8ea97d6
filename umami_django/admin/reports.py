"""Who gets reports on a website, in its settings; for administrators."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..conf import languages
from ..domain.roles import Permission
from ..models import Account, ReportSubscription, SentReport
from ..services.reports import may_see
from .rights import viewer_of


class ReportForm(forms.ModelForm):
    """An account that may see the website, or any address. Who gets it stays: another reader is another row."""

    language = forms.ChoiceField(label=_("language"), required=False)

    class Meta:
        model = ReportSubscription
        fields = ["account", "email", "period", "language", "active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language: Any = self.fields["language"]
        language.choices = [("", "–"), *((code, gettext(name)) for code, name in languages())]  # noqa: RUF001
        if self.instance.pk is not None:  # mails that went out end the reports of the one they went to
            for name in ("account", "email"):
                self.fields[name].disabled = True

    def clean_email(self) -> str | None:
        email: str | None = self.cleaned_data["email"]
        return email.lower() if email else None

    def clean(self) -> None:
        super().clean()
        account, website = self.cleaned_data.get("account"), self.instance.website
        if self.instance.pk is None and account is not None and not may_see(account, website):
            self.add_error("account", gettext("This account may not see the website."))

    def save(self, commit: bool = True) -> ReportSubscription:
        if self.instance.pk is not None and "active" in self.changed_data:
            self.instance.active_since = timezone.now()
        saved: ReportSubscription = super().save(commit)
        return saved


class ReportInline(admin.TabularInline):
    """The subscriptions of one website, with the last report that went out and what went wrong."""

    model = ReportSubscription
    form = ReportForm
    extra = 0
    fields = ["account", "email", "period", "language", "active", "last"]
    readonly_fields = ["last"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReportSubscription]:
        """With all that `last` tells, in one query."""
        newest = SentReport.objects.filter(subscription=OuterRef("pk")).order_by("-first_day")
        rows: QuerySet[ReportSubscription] = (
            ReportSubscription.objects.with_readers()
            .annotate(last_sent=Max("sent__sent_at"), last_error=Subquery(newest.values("error")[:1]))
            .order_by("pk")
        )
        return rows

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The accounts are looked up once, not for each row."""
        if db_field.name == "account":
            kwargs["queryset"] = Account.objects.select_related("user")
        field: Any = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "account":
            field.choices = list(field.choices)
        return field

    @admin.display(description=_("last sent"))
    def last(self, subscription: Any) -> Any:
        """What went wrong with the newest one, else when one went out."""
        return getattr(subscription, "last_error", "") or getattr(subscription, "last_sent", None) or "–"  # noqa: RUF001

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return viewer_of(request).may(Permission.MANAGE_ALL_WEBSITES)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request)
