"""The WSGI application of the example site."""

import os

from django.core.wsgi import get_wsgi_application

from umami_django.wsgi import CollectFirst

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "example_project.settings")

application = CollectFirst(get_wsgi_application())
