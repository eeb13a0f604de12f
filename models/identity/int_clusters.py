"""Grain: one profile, with the number of the cluster it belongs to (its smallest node)."""


def model(dbt, session):
    dbt.config(materialized="table", packages=[])
    from orchestration.linkage.components import connected_components

    nodes = dbt.ref("int_profiles").aggregate("count(*)").fetchone()[0]
    edges = dbt.ref("int_edges").project("node_1, node_2").fetch_arrow_table()
    return connected_components(nodes, edges)
