"""Grain: one distinct text beyond Latin letters, and the same in one script and width."""


def model(dbt, session):
    dbt.config(materialized="table", packages=[])
    from orchestration.linkage.writing import fold_texts

    return fold_texts(dbt.ref("int_foreign_texts").fetch_arrow_table())
