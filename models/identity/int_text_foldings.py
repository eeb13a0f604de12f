"""Grain: one distinct text beyond Latin letters, and the same in one script and width."""


def model(dbt, session):
    dbt.config(materialized="table", packages=[])
    from orchestration.linkage.kept import extended
    from orchestration.linkage.writing import fold_texts

    return extended(session, dbt.this, dbt.ref("int_foreign_texts"), fold_texts)
