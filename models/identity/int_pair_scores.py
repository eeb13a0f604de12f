"""Grain: one pair of profiles that was compared, with its weight in bits and how it agreed on each thing compared."""


def model(dbt, session):
    dbt.config(materialized="table", packages=[])
    from orchestration.linkage.matching import match_profiles

    return match_profiles(
        dbt.ref("int_match_features").fetch_arrow_table(),
        dbt.ref("int_rule_edges").project("node_1, node_2").distinct().fetch_arrow_table(),
    )
