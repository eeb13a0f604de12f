"""Grain: one profile, with the number of the cluster it belongs to (its smallest node), and how firmly that holds."""


def model(dbt, session):
    dbt.config(materialized="table", packages=[])
    from orchestration.linkage.refinement import clusters

    nodes = dbt.ref("int_profiles").aggregate("count(*)").fetchone()[0]
    evidence = dbt.ref("int_evidence").project("node_1, node_2, weight").fetch_arrow_table()
    decided = dbt.ref("int_decisions").order("decided_at desc, decision_id")
    links = decided.filter("decision = 'link'").project("node_1, node_2").fetch_arrow_table()
    unlinks = decided.filter("decision = 'unlink'").project("node_1, node_2").fetch_arrow_table()
    return clusters(nodes, evidence, links, unlinks)
