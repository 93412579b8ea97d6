"""The app's place in Django: `ready()` connects checks and receivers; no query, no file reading."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UmamiDjangoConfig(AppConfig):
    """Registers the app under the label `umami_django`."""

    name = "umami_django"
    verbose_name = _("Web analytics")
    default_auto_field = "django.db.models.AutoField"

    def ready(self) -> None:
        from . import checks, conf  # noqa: F401
        from .api import cors
        from .databases import pragmas
        from .services import directory
        from .writers import sessions, terms

        conf.connect()
        cors.connect()
        directory.connect()
        pragmas.connect()
        sessions.connect()
        terms.connect()
