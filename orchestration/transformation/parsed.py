"""The dbt project as `make setup` parsed it, so that no run has to.

dbt reads and renders every file of the project before it does anything, which takes longer than most layers. What comes
of it depends on the project alone; so it is kept beside the environment, under a key of all that it was made of. A
project that was changed since is parsed by the run itself, as is one that has no environment of its own.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from orchestration.errors import ScvError
from orchestration.settings import REPOSITORY, Settings

_FOLDERS = ("models", "macros", "tests/dbt", "seeds")
_FILES = ("dbt_project.yml", "profiles.yml", "requirements.lock")


class Parsed:
    """What was kept of one project."""

    def __init__(self, project: Path = REPOSITORY) -> None:
        self._project = project
        folder = project / ".venv" / "parsed"
        # A warehouse as any other, in which nothing is ever built.
        self.settings = Settings(landing=project / "landing", warehouse=folder)
        self._stamp = folder / "made_of"
        self._templates = folder / "templates"

    @property
    def document(self) -> Path:
        """The manifest as dbt wrote it."""
        return self.settings.dbt_target / "manifest.json"

    def is_current(self) -> bool:
        """Whether it was made of the project as it is now."""
        try:
            return self._stamp.read_text() == self._key()
        except OSError:
            return False

    def manifest(self) -> Any:
        """The manifest as dbt works with it."""
        from dbt.contracts.graph.manifest import Manifest
        from dbt.parser.manifest import extended_mashumuro_decoder

        from orchestration.transformation.thrift import take_templates

        kept = (self.settings.dbt_target / "partial_parse.msgpack").read_bytes()
        manifest = Manifest.from_msgpack(kept, decoder=extended_mashumuro_decoder)
        manifest.build_flat_graph()
        take_templates(self._templates)
        return manifest

    def keep(self) -> None:
        """Parse the project and keep what comes of it."""
        from orchestration.transformation.dbt import DbtProject
        from orchestration.transformation.thrift import keep_templates

        if self.is_current():
            self._stamp.touch()
            return
        key = self._key()
        self._stamp.unlink(missing_ok=True)
        for folder in (self.settings.dbt_target, self.settings.dbt_logs):
            folder.mkdir(parents=True, exist_ok=True)
        manifest = DbtProject(self.settings, self._project).parse()
        keep_templates(manifest, self._templates)
        self._stamp.write_text(key)

    def _key(self) -> str:
        digest = hashlib.sha256(f"{self._project} {sys.version}".encode())
        for path in self._parts():
            digest.update(f"{path.relative_to(self._project)}\n".encode())
            # Of a seed the manifest holds the name alone.
            digest.update(b"" if path.suffix == ".csv" else path.read_bytes())
        return digest.hexdigest()

    def _parts(self) -> Iterator[Path]:
        for name in _FOLDERS:
            for path in sorted((self._project / name).rglob("*")):
                if path.suffix in (".sql", ".yml", ".py", ".csv", ".md"):
                    yield path
        yield from (self._project / name for name in _FILES)


if __name__ == "__main__":
    try:
        Parsed().keep()
    except ScvError as problem:
        sys.stderr.write(f"The project could not be parsed ahead; runs will try again. {problem}\n")
