"""How deep lists and objects stand in one another. Pure.

What can just be read may be too deep to be shown or written again, which takes more of the stack.
"""

_MOST = 32


def is_too_deep(value: object) -> bool:
    """Tell whether a value read from JSON is nested more than 32 deep."""
    layer = [value]
    for _ in range(_MOST + 1):
        layer = [
            inner
            for each in layer
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
        if not layer:
            return False
    return True
