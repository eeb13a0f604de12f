"""How good the customers are: figures from a crosswalk, with and without a truth. Pure SQL over one connection.

Pairs are counted from the sizes of groups and never made, so ten million profiles cost two aggregations. Where a truth
comes from lies in `truth.py`; where the figures go, in `card.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

CURVE_STEP = 2
MANY = 3


@dataclass(frozen=True)
class Figure:
    """One measure; `threshold` where it holds for pairs of at least that match weight."""

    measure: str
    value: float | None
    threshold: float | None = None


def against_truth(
    con: duckdb.DuckDBPyConnection, crosswalk: str = "identity.crosswalk", truth: str = "truth"
) -> list[Figure]:
    """Pairwise and B-cubed figures over the profiles that both the truth and the crosswalk know."""
    return _named(
        con,
        f"""
        with scored as (
            select truth.label, crosswalk.customer_id, count(*) as records
            from {truth} as truth
            inner join {crosswalk} as crosswalk
                on truth.source_id = crosswalk.source_id
                and truth.source_record_id = crosswalk.source_record_id
            group by 1, 2
        ),

        sized as (
            select
                *,
                cast(sum(records) over (partition by label) as double) as label_records,
                cast(sum(records) over (partition by customer_id) as double) as customer_records
            from scored
        ),

        counted as (
            select
                (select count(*) from {truth}) as truth_records,
                coalesce(sum(records), 0) as records,
                count(distinct label) as persons,
                count(distinct customer_id) as customers,
                -- Each cell carries its share of its group's pairs, so that one pass counts all three.
                coalesce(sum(records * (records - 1) / 2), 0) as pairs_right,
                coalesce(sum(records * (customer_records - 1) / 2), 0) as pairs_made,
                coalesce(sum(records * (label_records - 1) / 2), 0) as pairs_true,
                sum(records * records / customer_records) / sum(records) as bcubed_precision,
                sum(records * records / label_records) / sum(records) as bcubed_recall
            from sized
        )

        select
            records,
            truth_records - records as records_missing,
            persons,
            customers,
            pairs_true,
            pairs_made,
            pairs_right,
            pairs_right / nullif(pairs_made, 0) as precision,
            pairs_right / nullif(pairs_true, 0) as recall,
            2 * pairs_right / nullif(pairs_made + pairs_true, 0) as f1,
            bcubed_precision,
            bcubed_recall,
            2 * bcubed_precision * bcubed_recall
            / nullif(bcubed_precision + bcubed_recall, 0) as bcubed_f1
        from counted
        """,
    )


def threshold_curve(
    con: duckdb.DuckDBPyConnection,
    scores: str = "identity.int_pair_scores",
    profiles: str = "identity.int_profiles",
    truth: str = "truth",
) -> list[Figure]:
    """Precision and recall of the scored pairs alone, were all from one match weight on accepted; no clusters."""
    if not has_columns(con, scores, ("node_1", "node_2", "match_weight")):
        return []
    rows = con.execute(
        f"""
        with labelled as (
            select profiles.node, truth.label
            from {truth} as truth
            inner join {profiles} as profiles
                on truth.source_id = profiles.source_id
                and truth.source_record_id = profiles.source_record_id
        ),

        steps as (
            select
                floor(scores.match_weight / {CURVE_STEP}) * {CURVE_STEP} as threshold,
                count(*) as pairs,
                count(*) filter (where one.label = other.label) as pairs_right
            from {scores} as scores
            inner join labelled as one on scores.node_1 = one.node
            inner join labelled as other on scores.node_2 = other.node
            group by 1
        ),

        whole as (
            select sum(records * (records - 1) / 2) as pairs_true
            from (select count(*) as records from labelled group by label)
        )

        select
            steps.threshold,
            sum(steps.pairs_right) over from_here / sum(steps.pairs) over from_here,
            sum(steps.pairs_right) over from_here / nullif(whole.pairs_true, 0)
        from steps
        cross join whole
        window from_here as (order by steps.threshold desc)
        order by steps.threshold
        """
    ).fetchall()
    return [
        Figure(measure, value, threshold)
        for threshold, precision, recall in rows
        for measure, value in (("curve_precision", precision), ("curve_recall", recall))
    ]


def suspicions(
    con: duckdb.DuckDBPyConnection, golden: str = "identity.golden_values"
) -> list[Figure]:
    """What looks merged too far or too little, without any truth. A pair that shares two values counts twice.

    Values are compared as the golden record compares them; a whole name has its words in alphabetical order.
    """
    said = f"""
        select
            customer_id, source_id, source_record_id, attribute, compared_as as said
        from {golden}
        where value_rank is not null
    """
    over = ", ".join(
        f"count(*) filter (where attribute = '{attribute}' and ways > {MANY}) "
        f"as customers_over_{MANY}_{attribute}s"
        for attribute in ("given_name", "family_name", "birth_date")
    )
    merged = _named(
        con,
        f"""
        with said as ({said}),

        counted as (
            select customer_id, attribute, count(distinct said) as ways
            from said
            where attribute in ('given_name', 'family_name', 'birth_date')
            group by 1, 2
        )

        select {over} from counted
        """,
    )
    apart = ", ".join(
        f"coalesce(sum(customers * (customers - 1) / 2) "
        f"filter (where attribute = '{attribute}'), 0) "
        f"as customer_pairs_same_name_and_{attribute}"
        for attribute in ("email", "phone", "address_line")
    )
    split = _named(
        con,
        f"""
        with said as ({said}),

        names as (
            select
                customer_id, source_id, source_record_id,
                coalesce(
                    max(said) filter (where attribute = 'full_name'),
                    array_to_string(list_sort(string_split(
                        max(said) filter (where attribute = 'given_name') || ' '
                        || max(said) filter (where attribute = 'family_name'), ' '
                    )), ' ')
                ) as name
            from said
            where attribute in ('full_name', 'given_name', 'family_name')
            group by 1, 2, 3
        ),

        shared as (
            select said.attribute, names.name, said.said, count(distinct names.customer_id) as customers
            from names
            inner join said
                on names.source_id = said.source_id
                and names.source_record_id = said.source_record_id
            where names.name is not null and said.attribute in ('email', 'phone', 'address_line')
            group by 1, 2, 3
            having count(distinct names.customer_id) > 1
        )

        select {apart} from shared
        """,
    )
    return [*merged, *split]


def moved_ids(
    con: duckdb.DuckDBPyConnection, run_id: str, registry: str = "state.identity_registry"
) -> list[Figure]:
    """How many of the profiles that were known before a run have another customer id since."""
    return _named(
        con,
        f"""
        with periods as (
            select
                run_id,
                customer_id,
                lag(customer_id) over earlier as previous_id,
                first_value(run_id) over earlier as first_run_id
            from {registry}
            window earlier as (partition by source_id, source_record_id order by valid_from)
        ),

        known as (
            select count(*) as records
            from (select distinct source_id, source_record_id from {registry} where run_id != ?)
        ),

        moved as (
            select count(*) as records
            from periods
            where run_id = ? and first_run_id != run_id and customer_id != previous_id
        )

        select
            moved.records as ids_moved,
            moved.records / nullif(known.records, 0) as ids_moved_share
        from moved
        cross join known
        """,
        [run_id, run_id],
    )


def has_columns(con: duckdb.DuckDBPyConnection, relation: str, columns: tuple[str, ...]) -> bool:
    """Whether a relation `schema.name` is there, with these columns."""
    schema, _, name = relation.rpartition(".")
    found = con.execute(
        "select column_name from information_schema.columns "
        "where table_schema = ? and table_name = ?",
        [schema or "main", name],
    ).fetchall()
    return {row[0] for row in found} >= set(columns)


def _named(
    con: duckdb.DuckDBPyConnection, query: str, values: list[str] | None = None
) -> list[Figure]:
    """The one row of a query, a figure for each of its columns."""
    cursor = con.execute(query, values or [])
    names = [column[0] for column in cursor.description or []]
    row = cursor.fetchall()[0]
    return [
        Figure(name, None if value is None else float(value))
        for name, value in zip(names, row, strict=True)
    ]
