"""Grain: one customer who shares a household, with the smallest customer id of it."""


def model(dbt, session):
    dbt.config(materialized="table", packages=[])
    from orchestration.linkage.households import households

    return households(dbt.ref("int_household_pairs").fetch_arrow_table())
