"""Errors that a user sees. Each says what is wrong and what to do next, and never carries a person's values."""


class ScvError(Exception):
    """Anything that ends a command with a message instead of a traceback."""

    exit_code = 1


class UsageError(ScvError):
    """The command was called wrongly: a folder that is not there, an unknown source, a bad date."""

    exit_code = 2


class GateError(ScvError):
    """A gate stopped the run; the published warehouse is the one before."""

    exit_code = 3
