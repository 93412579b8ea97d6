"""The dialect of Umami v1: singular paths, integer ids, snake_case, errors as plain text."""
