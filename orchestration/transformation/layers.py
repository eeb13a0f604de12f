"""The layers above raw, in order, and what dbt builds in each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Layer:
    """One step of the run that dbt does: a schema, and the folders that fill it."""

    name: str
    selection: tuple[str, ...]

    @property
    def select(self) -> str:
        """The selection as dbt's command line takes it: a union."""
        return " ".join(self.selection)


LAYERS = (
    Layer("staging", ("resource_type:seed", "path:models/staging")),
    Layer("identity", ("path:models/identity",)),
    Layer("core", ("path:models/core",)),
    Layer("marts", ("path:models/marts", "path:models/quality")),
)

# Every gate of a run, in order; `raw` is judged after the load, `published` on the file before readers get it.
GATES = ("raw", "staging", "identity", "core", "marts", "published")

# Schemas that readers get, of those relations that say `published: true`.
PUBLISHED_SCHEMAS = ("identity", "core", "marts", "quality")
