"""From a report to a message, HTML and text, that mail programs can unsubscribe from by themselves (RFC 8058)."""

from dataclasses import dataclass

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from ..conf import default_language
from ..models import Account, ReportSubscription
from .content import Answers, report
from .links import door_for, unsubscribe_link
from .text import text_lines

HTML = "umami_django/mail/report.html"


@dataclass(frozen=True)
class Reader:
    """Who gets a report. A test has no subscription, and so nothing to unsubscribe from."""

    address: str
    language: str
    account: Account | None = None
    subscription: ReportSubscription | None = None


def message(found: Answers, reader: Reader) -> EmailMultiAlternatives:
    """The report for one reader, in their language. Raises NoBaseUrl. No query but for the way to the dashboard: one of
    a share link for a bare address, two of rights for staff who are no superusers."""
    website = found.question.website
    unsubscribe = unsubscribe_link(reader.subscription) if reader.subscription else ""
    with translation.override(reader.language or default_language()):
        content = report(found, door_for(website, reader.account))
        context = {"report": content, "unsubscribe": unsubscribe}
        mail = EmailMultiAlternatives(
            subject=content.subject,
            body="\n".join(text_lines(content, unsubscribe)) + "\n",
            to=[reader.address],
            headers={"Auto-Submitted": "auto-generated"},
        )
        mail.attach_alternative(render_to_string(HTML, context), "text/html")
    if unsubscribe:
        mail.extra_headers |= {
            "List-Unsubscribe": f"<{unsubscribe}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    return mail
