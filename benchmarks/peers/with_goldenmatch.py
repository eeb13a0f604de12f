"""goldenmatch alone, as it configures itself. Runs in an environment of its own, outside the lock, with nothing of ours."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.peers.work import tell, work


def main(given: Path, into: Path) -> None:
    """Cluster the profiles of one file."""
    goldenmatch = importlib.import_module("goldenmatch")
    with work() as told:
        told["version"] = goldenmatch.__version__
        table = pq.read_table(given)
        keys = table.select(["source_id", "source_record_id"])
        found = goldenmatch.dedupe_df(
            table.drop_columns(["node", "source_id", "source_record_id"]), confidence_required=False
        )
    cluster = [f"alone {row}" for row in range(len(keys))]
    for name, each in found.clusters.items():
        for row in each["members"]:
            cluster[row] = str(name)
    pq.write_table(keys.append_column("customer_id", pa.array(cluster, pa.string())), into)
    tell(told)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
