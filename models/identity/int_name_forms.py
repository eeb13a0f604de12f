"""Grain: one distinct name with more than ASCII letters, in the form that names are compared in."""


def model(dbt, session):
    dbt.config(materialized="table", packages=[])
    from orchestration.linkage.names import name_forms

    return name_forms(dbt.ref("int_name_texts").fetch_arrow_table())
