"""Our identity step alone, as a first run does it: on a copy of a warehouse whose identity was taken out.

From what staging holds to customers with durable ids: e-mails, telephones and names normalised, profiles derived from
facts, rules, a model learned anew, pairs scored, clusters, ids. `whole` builds what the stage of a run builds besides:
the golden record, its links and reasons, what is to be reviewed, and all its tests.
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb

from benchmarks.peers.work import tell, work
from orchestration import sql
from orchestration.settings import Settings

# The demo's own last day.
_AS_OF = date(2026, 6, 30)
_LAYER = "fqn:single_customer_view.identity"
SELECTIONS = {"decisive": f"+identity_registry,{_LAYER}", "whole": _LAYER}


def main(warehouse: Path, scratch: Path, selection: str, into: Path) -> None:
    """Build it in a scratch folder; who is whom goes into a file."""
    from orchestration.running.seeds import complete_seeds
    from orchestration.transformation.dbt import DbtProject

    before = Settings(landing=warehouse.parent / "landing", warehouse=warehouse)
    trial = replace(before, warehouse=scratch, config=warehouse.parent / "config", as_of=_AS_OF)
    trial.temporary.mkdir(parents=True)
    complete_seeds(trial)
    _copy(before.build_database, trial.build_database)
    project = DbtProject(trial)
    project.parse()
    with work() as told:
        results = project.build([SELECTIONS[selection]], is_tested=selection == "whole")
    broken = [node for node in results if node.is_broken or (node.is_failed and not node.is_test)]
    if broken:
        sys.exit("\n".join(f"{node.name}: {node.message}" for node in broken))
    told["models"] = sum(node.kind == "model" for node in results)
    with duckdb.connect(str(trial.build_database), read_only=True) as con:
        con.execute(
            "copy (select source_id, source_record_id, customer_id from state.identity_registry where valid_to is null) "
            f"to {sql.path(into)} (format parquet)"
        ).fetchall()
    tell(told)


def _copy(database: Path, into: Path) -> None:
    """All but identity: neither what was decided nor what was learned is known."""
    shutil.copyfile(database, into)
    with duckdb.connect(str(into)) as con:
        con.execute("drop schema identity cascade; drop table state.identity_registry").fetchall()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4]))
