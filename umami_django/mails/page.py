"""The page on which a reader of a website chooses the reports they get, and has one sent to look at."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language, gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from ..conf import languages
from ..dashboards.asked import asked
from ..dashboards.door import Door
from ..dashboards.page import page_context
from ..databases.patience import bounded
from ..domain.reports import ReportPeriod
from ..exceptions import TooSlow
from ..models import Account, ReportSubscription
from ..services.accounts import account_of
from ..services.base_url import NoBaseUrl
from ..services.reports import choose, chosen
from .content import zone_name
from .links import unsubscribe_link
from .sending import NotSent, send_test

TEMPLATE = "umami_django/mail/page.html"
LABELS: dict[ReportPeriod, Any] = {
    ReportPeriod.WEEKLY: _("Each week, on Monday"),
    ReportPeriod.MONTHLY: _("Each month, on the first"),
}
DONE: dict[str, Any] = {
    "saved": _("Saved."),
    "sent": _("The test is on its way."),
}
TROUBLES = (
    gettext_noop(
        "Links in mails need an address: set UMAMI['BASE_URL'], or give the site of django.contrib.sites its domain."
    ),
    gettext_noop("The question took too long. Ask for a shorter period or fewer filters."),
)
"""What NoBaseUrl and TooSlow say, for those who translate."""


class ReportsForm(forms.Form):
    """Which reports, in which language."""

    periods = forms.MultipleChoiceField(
        label=_("Reports"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(period.value, label) for period, label in LABELS.items()],
    )
    language = forms.ChoiceField(label=_("Language"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language: Any = self.fields["language"]
        language.choices = [(code, gettext(name)) for code, name in languages()]


@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def reports_page(request: HttpRequest, door: Door) -> HttpResponse:
    """Everybody who may see the website, for themselves alone. Two queries; a test takes those of a report."""
    account = account_of(request.user)
    if account is None:
        raise PermissionDenied
    mine = chosen(account, door.website)
    form = ReportsForm(request.POST or None, initial=_initial(mine))
    problem = ""
    if request.method == "POST" and form.is_valid():
        done, problem = _done(form, account, door)
        if done:
            return HttpResponseRedirect(f"{request.path}?done={done}")
    question = asked(request, door)
    context = page_context(
        question,
        "reports",
        form=form,
        address=ReportSubscription(account=account).address(),
        zone=zone_name(door.website),
        notice=DONE.get(request.GET.get("done", ""), ""),
        problem=problem or _trouble(mine),
    )
    return TemplateResponse(request, TEMPLATE, context)


def _initial(mine: dict[ReportPeriod, ReportSubscription]) -> dict[str, Any]:
    language = next((row.language for row in mine.values() if row.language), "")
    return {"periods": [period.value for period in mine], "language": language or get_language()}


def _done(form: ReportsForm, account: Account, door: Door) -> tuple[str, str]:
    """What was done, or why it could not be."""
    now, language = timezone.now(), form.cleaned_data["language"]
    wanted = form.data.get("test")
    if wanted is None:
        periods = {ReportPeriod(value) for value in form.cleaned_data["periods"]}
        choose(account, door.website, periods, language, now)
        return "saved", ""
    period = ReportPeriod.MONTHLY if wanted == ReportPeriod.MONTHLY.value else ReportPeriod.WEEKLY
    try:
        with bounded():
            send_test(door.website, account, period, language, now)
    except (NotSent, NoBaseUrl, TooSlow) as error:
        return "", gettext("The test could not be sent. %s") % gettext(error.message)
    return "sent", ""


def _trouble(mine: dict[ReportPeriod, ReportSubscription]) -> str:
    """Why reports would not go out, for those who wait for some."""
    for subscription in mine.values():
        try:
            unsubscribe_link(subscription)
        except NoBaseUrl as error:
            return gettext(error.message)
    return ""
