"""The site, as Django serves it and with CollectFirst in front."""

import os

from django.core.wsgi import get_wsgi_application

from umami_django.wsgi import CollectFirst

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.site.settings")

application = get_wsgi_application()
collect_first = CollectFirst(application)
