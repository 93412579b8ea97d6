"""Accounts and websites of a source become ours. Each only once, however often it is tried; traffic is not here."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.color import no_style
from django.db import connections, router, transaction
from django.db.models import Model

from ..exceptions import UmamiError
from ..models import Account, Share, Website
from ..services import directory
from ..services.hashers import PREFIX
from .values import Person, Site

SLUG_LENGTH = 64


class CannotMove(UmamiError):
    """This cannot be moved as it stands."""


@dataclass
class Arrivals:
    """Who and what came, and what of it needs a person's eyes."""

    accounts: dict[str, Account] = field(default_factory=dict)
    """By the person's key."""
    websites: dict[str, Website] = field(default_factory=dict)
    """By uuid."""
    notes: list[str] = field(default_factory=list)


def planned(people: Sequence[Person], names: Mapping[str, str]) -> dict[str, Any]:
    """The user of this site for each person's key; None for one to be made.

    *names* maps names of the source to names here. Raises CannotMove: a name of somebody who has no business with
    the statistics, a name that this site does not allow, a mapping of nobody.
    """
    unknown = set(names) - {person.username for person in people}
    if unknown:
        raise CannotMove(f"--map-user: the source has no account {', '.join(sorted(unknown))}.")
    users: Any = get_user_model()
    found: dict[str, Any] = {}
    problems = []
    for person in people:
        name = names.get(person.username, person.username)
        user = users._default_manager.filter(**{users.USERNAME_FIELD: name}).first()
        found[person.key] = user
        if user is None:
            problems += _complaints(users, name, person.username)
        elif person.username not in names and not _has_business(user):
            quoted = shlex.quote(name)
            problems.append(
                f"There is a user {name} here who has no access to the statistics. If it is the same person, say "
                f"--map-user {quoted}={quoted}; else give another name: --map-user {quoted}=NAME."
            )
    if problems:
        raise CannotMove("\n".join(problems))
    return found


def bring_people(people: Sequence[Person], names: Mapping[str, str], arrivals: Arrivals) -> None:
    """Give each person an account. A user who is here already keeps password and role."""
    users = planned(people, names)
    made: dict[str, Account] = {}
    with transaction.atomic():
        for person in people:
            name, user = names.get(person.username, person.username), users[person.key]
            if user is None and name not in made:
                made[name] = _newcomer(person, name)
            arrivals.accounts[person.key] = made[name] if user is None else _account_of(user, person)


def bring_sites(sites: Sequence[Site], arrivals: Arrivals) -> None:
    """Make the websites that are not here yet, with their uuid, integer id (when it is free) and share ids."""
    for site in sites:
        with transaction.atomic():
            website = Website.objects.filter(uuid=site.uuid).first()
            if website is not None and website.deleted_at is not None:
                arrivals.notes.append(f"{site.name} ({site.uuid}) was deleted here and stays so.")
                continue
            arrivals.websites[str(site.uuid)] = website or _made(site, arrivals)
    directory.forget()


def _has_business(user: Any) -> bool:
    return user.is_superuser or Account.objects.filter(user_id=user.pk).exists()


def _complaints(users: Any, name: str, username: str) -> list[str]:
    user = users(**{users.USERNAME_FIELD: name})
    try:
        user.clean_fields(exclude=["password"])
    except ValidationError as error:
        return [
            f"{name} cannot be a user here: {' '.join(error.messages)} Say --map-user {shlex.quote(username)}=NAME."
        ]
    return []


def _newcomer(person: Person, name: str) -> Account:
    users: Any = get_user_model()
    user = users(**{users.USERNAME_FIELD: name, "password": PREFIX + person.password})
    user.save()
    return _account_of(user, person, created_by_api=True)


def _account_of(user: Any, person: Person, **fields: Any) -> Account:
    account = Account.objects.filter(user_id=user.pk).first()
    if account is not None:
        return account
    if person.uuid is not None and not Account.objects.filter(uuid=person.uuid).exists():
        fields["uuid"] = person.uuid
    return _with_id(Account, person.number, person.created_at, user=user, role=person.role.value, **fields)


def _made(site: Site, arrivals: Arrivals) -> Website:
    website = _with_id(
        Website,
        site.number,
        site.created_at,
        uuid=site.uuid,
        owner=arrivals.accounts.get(site.owner or ""),
        name=site.name,
        domain=site.domain,
    )
    if site.number is not None and website.pk != site.number:
        arrivals.notes.append(
            f"{site.name}: its integer id {site.number} is taken here, it is now {website.pk}."
        )
    for slug in site.slugs:
        if len(slug) > SLUG_LENGTH or Share.objects.filter(slug=slug).exists():
            arrivals.notes.append(f"{site.name}: its share id {slug} cannot be used here.")
        else:
            Share.objects.create(website=website, slug=slug)
    return website


def _with_id(model: Any, number: int | None, created_at: Any, **fields: Any) -> Any:
    """A new row with this key, if it is free; made at the time it was made at the source."""
    is_free = number is not None and not model.objects.filter(pk=number).exists()
    row = model.objects.create(**({"pk": number} if is_free else {}), **fields)
    if is_free:
        _count_on(model)
    if created_at is not None:
        model.objects.filter(pk=row.pk).update(created_at=created_at)
        row.created_at = created_at
    return row


def _count_on(model: type[Model]) -> None:
    """Let the database's own numbers begin after those that are there (PostgreSQL does not by itself)."""
    connection = connections[router.db_for_write(model)]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(statement)
