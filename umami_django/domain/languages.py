"""Languages as people count them."""


def base_language(tag: str) -> str:
    """The language of a tag: `en` for `en-US` (v1 reference 3.4)."""
    return tag.split("-", 1)[0].lower()
