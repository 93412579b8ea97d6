"""Which referrers are the website itself."""


def is_own_referrer(referrer: str, domain: str | None) -> bool:
    """Does *referrer* lead from the website to itself? By v1's literal rule (reference 3.4).

    `https://www.example.com/` is not own for the domain `example.com`, and neither is one without a slash.
    """
    return referrer.startswith("/") or f"://{domain or 'null'}/" in referrer
