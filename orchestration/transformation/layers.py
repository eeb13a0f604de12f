"""The layers above raw, in order, and what dbt builds in each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Layer:
    """One step of the run that dbt does: a schema, and the folders that fill it."""

    name: str
    selection: tuple[str, ...]
    is_whole: bool = True

    @property
    def select(self) -> str:
        """The selection as dbt's command line takes it: a union."""
        return " ".join(self.selection)


def _folder(name: str) -> str:
    # By qualified name: dbt reads `path:` from wherever the process happens to stand.
    return f"fqn:single_customer_view.{name}"


LAYERS = (
    Layer("staging", ("resource_type:seed", _folder("staging"))),
    Layer("identity", (_folder("identity"),)),
    Layer("core", (_folder("core"),)),
    Layer("marts", (_folder("marts"), _folder("quality"))),
)

# Every gate of a run, in order; `raw` is judged after the load, `published` on the file before readers get it.
GATES = ("raw", "staging", "identity", "core", "marts", "published")

# Schemas that readers get, of those relations that say `published: true`.
PUBLISHED_SCHEMAS = ("identity", "core", "marts", "quality")
