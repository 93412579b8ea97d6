"""How a repeated text is recognised."""

from hashlib import blake2b


def digest(text: str) -> str:
    """128 bits of BLAKE2b of the text's UTF-8, as 32 hex digits: equal texts, equal digests, on every database."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def is_storable(text: str) -> bool:
    """Can any database hold *text*? Not with a NUL or half a surrogate pair: such a text is nowhere."""
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)
