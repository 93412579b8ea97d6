"""Whether passwords that came from an Umami can be checked here."""

from importlib.util import find_spec

from django.contrib.auth.hashers import get_hashers

from ..models import Account

ALGORITHM = "bcrypt"
PREFIX = f"{ALGORITHM}$"
"""Before a plain bcrypt hash this makes it one of Django's `BCryptPasswordHasher`."""
HASHER = "django.contrib.auth.hashers.BCryptPasswordHasher"


def missing_for_bcrypt() -> str | None:
    """What to do so that plain bcrypt hashes work; None when they do."""
    if not any(hasher.algorithm == ALGORITHM for hasher in get_hashers()):
        return f"Add {HASHER!r} to the end of PASSWORD_HASHERS, and pip install 'umami-django[bcrypt]'."
    return None if find_spec("bcrypt") else "pip install 'umami-django[bcrypt]'"


def waiting_for_bcrypt() -> int:
    """How many accounts still have the password that they came with. One query."""
    return Account.objects.filter(user__password__startswith=PREFIX).count()
