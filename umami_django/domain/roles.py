"""Who asks, and what each role may do: one table for API, admin and commands."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """The role of an account; the words are Umami's (v3 reference 1.9)."""

    ADMIN = "admin"
    USER = "user"
    VIEW_ONLY = "view-only"


class Permission(StrEnum):
    """What somebody may be allowed to do."""

    VIEW_OWN_WEBSITES = "view own websites"
    CREATE_WEBSITES = "create websites"
    CHANGE_OWN_WEBSITES = "change own websites"
    MANAGE_ALL_WEBSITES = "manage all websites"
    MANAGE_ACCOUNTS = "manage accounts"


PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ADMIN: frozenset(Permission),
    Role.USER: frozenset(
        {Permission.VIEW_OWN_WEBSITES, Permission.CREATE_WEBSITES, Permission.CHANGE_OWN_WEBSITES}
    ),
    Role.VIEW_ONLY: frozenset({Permission.VIEW_OWN_WEBSITES}),
}


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whoever asks: an account, the bearer of a share token (one website, read only), or nobody."""

    account_id: int | None = None
    role: Role | None = None
    shared_website_id: int | None = None

    def may(self, permission: Permission) -> bool:
        """Does the viewer's role hold *permission*?"""
        return self.role is not None and permission in PERMISSIONS[self.role]

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN

    @property
    def is_account(self) -> bool:
        """True for somebody who logged in."""
        return self.account_id is not None


NOBODY = Viewer()
