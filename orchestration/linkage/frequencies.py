"""How many profiles carry a value, as it was when the model was learned: agreement on a rare value tells more.

Frequencies are part of the model. Were they counted anew in every run, one more Smith would change the weight of every
pair of Smiths, and no weight could be kept. Values are held as prints, and only those that several profiles carry.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from orchestration.linkage.kept import keep
from orchestration.linkage.model import Model

# However rare a value, another person may carry it: at least so many, on average.
_RAREST = 0.05


def count(con: duckdb.DuckDBPyConnection, features: str, model: Model, into: str) -> None:
    """Fill table `into` (`column_name, value_print, carriers`) with the values that several profiles share."""
    selects = [
        f"select '{column}' as column_name, {_print(column)} as value_print, count(*) as carriers "
        f"from {features} where {column} is not null group by {column} having count(*) > 1"
        for column in model.filled
    ]
    nothing = "select '' as column_name, 0::ubigint as value_print, 0 as carriers where false"
    con.execute(f"create or replace temp table {into} as {' union all '.join(selects) or nothing}")


def save(con: duckdb.DuckDBPyConnection, frequencies: str, path: Path) -> None:
    """Keep a table that `count` filled."""
    path.parent.mkdir(parents=True, exist_ok=True)
    keep(con, f"from {frequencies} order by all", path)


def chances(features: str, frequencies: str, model: Model, column: str) -> str:
    """SQL: every value of a column of `features`, with the chance `tf_<column>` that a stranger agrees on it.

    Records of the same person do not make a value common, and no value is likelier shared than values are on average.
    """
    filled = max(1, model.filled[column])
    level = model.frequency_levels[column]
    own = model.own_share(*level) * filled
    rarest = min(1.0, max(_RAREST, model.rarest(*level) * filled))
    return (
        f"select {column}, (greatest(coalesce(carriers, 1) - 1 - {own!r}, 0) + {rarest!r}) / {filled} as tf_{column} "
        f"from (select distinct {column} from {features} where {column} is not null) left join {frequencies} "
        f"on column_name = '{column}' and value_print = {_print(column)}"
    )


def _print(column: str) -> str:
    return f"md5_number_lower({column})"
