"""Which relations carry the gate of their layer in Dagster: names only, known without Great Expectations.

Every layer's op reads at least one of them, so a failed gate holds back all that follows.
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

_GUARDED = {
    "raw": ("state.files", "raw.*"),
    "staging": ("staging.*_versions",),
    "identity": ("identity.crosswalk", "identity.customers"),
    "core": ("core.dim_customer", "core.fct_*"),
    "marts": ("marts.customer_360", "quality.reconciliation", "quality.reconciliation_amounts"),
}


def guarded(layer: str, relations: Iterable[str]) -> list[str]:
    """The relations of a layer that its gate is shown on, the one for what is about no other first.

    All of them where none has one of these names.
    """
    names = sorted(relations)
    chosen = [name for form in _GUARDED.get(layer, ()) for name in names if fnmatchcase(name, form)]
    return list(dict.fromkeys(chosen)) or names
