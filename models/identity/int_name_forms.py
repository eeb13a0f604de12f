"""Grain: one distinct name with more than ASCII letters, in the form that names are compared in."""


def model(dbt, session):
    dbt.config(materialized="table", packages=[])
    from orchestration.linkage.kept import extended
    from orchestration.linkage.names import name_forms

    return extended(session, dbt.this, dbt.ref("int_name_texts"), name_forms)
