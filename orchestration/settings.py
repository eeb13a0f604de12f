"""Where a run reads and writes. Every path of the warehouse is named here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from orchestration.errors import UsageError
from orchestration.machine import MEMORY, memory

REPOSITORY = Path(__file__).resolve().parent.parent


def today() -> date:
    """The current day in UTC, which every window is counted from unless a run says otherwise."""
    return datetime.now(UTC).date()


def own_config(warehouse: Path) -> Path:
    """Where a warehouse carries seeds of its own, for companies that name no folder of theirs."""
    return warehouse / "config"


@dataclass(frozen=True)
class Settings:
    """One run's folders and choices. Nothing outside `warehouse` is written."""

    landing: Path
    warehouse: Path
    as_of: date = field(default_factory=today)
    config: Path | None = None
    full_refresh: bool = False
    # Which profile is whom, where somebody knows: the run scores itself against it, and reads it for nothing else.
    truth: Path | None = None

    def __post_init__(self) -> None:
        if self.warehouse.is_relative_to(self.landing):
            raise UsageError(
                f"The warehouse {self.warehouse} lies in the landing folder {self.landing}: its own files "
                "would arrive there. Name another with --warehouse."
            )

    @property
    def build(self) -> Path:
        """State of runs: the working database, dbt's artefacts, temporary files."""
        return self.warehouse / "build"

    @property
    def build_database(self) -> Path:
        """The working database; only a run opens it."""
        return self.build / "scv.duckdb"

    @property
    def served_database(self) -> Path:
        """What readers will get, as the last run built it; they are given a copy."""
        return self.build / "served.duckdb"

    @property
    def temporary(self) -> Path:
        """Scratch space of one run; emptied at its start."""
        return self.build / "tmp"

    @property
    def dbt_target(self) -> Path:
        return self.build / "dbt"

    @property
    def dbt_logs(self) -> Path:
        return self.build / "logs"

    @property
    def dagster_home(self) -> Path:
        return self.build / "dagster"

    @property
    def state(self) -> Path:
        """What outlives every rebuild besides the working database: the trained model of identity."""
        return self.warehouse / "state"

    @property
    def own_seeds(self) -> Path:
        """The company's own seeds under all columns of the repository's; dbt reads them in place of these."""
        return self.build / "seeds"

    @property
    def first_load(self) -> Path:
        """What the first load brought, until a version keeps it."""
        return self.build / "memory"

    @property
    def lock(self) -> Path:
        return self.warehouse / ".lock"

    @property
    def versions(self) -> Path:
        return self.warehouse / "versions"

    @property
    def published(self) -> Path:
        """The symlink that readers open."""
        return self.warehouse / "scv.duckdb"

    @property
    def quality_database(self) -> Path:
        return self.warehouse / "quality.duckdb"

    @property
    def status(self) -> Path:
        return self.warehouse / "status.json"

    @property
    def reports(self) -> Path:
        return self.warehouse / "reports"

    def has_own_seed(self, name: str) -> bool:
        """Whether the company brought this seed itself."""
        return self.config is not None and (self.config / f"{name}.csv").is_file()

    def seed(self, name: str) -> Path:
        """The file of one seed: the company's own where it has one, else the repository's."""
        if self.config is not None and self.has_own_seed(name):
            return self.config / f"{name}.csv"
        return REPOSITORY / "seeds" / f"{name}.csv"

    def environment(self) -> dict[str, str]:
        """What dbt and Dagster read from the environment, telemetry switched off."""
        return {
            "SCV_BUILD_DATABASE": str(self.build_database),
            "SCV_SERVED_DATABASE": str(self.served_database),
            "SCV_STATE": str(self.state),
            "SCV_TEMPORARY": str(self.temporary),
            MEMORY: memory(),
            "DAGSTER_HOME": str(self.dagster_home),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "DO_NOT_TRACK": "1",
            "GX_ANALYTICS_ENABLED": "false",
        }
