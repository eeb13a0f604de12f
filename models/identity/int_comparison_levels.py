"""Grain: one level at which two profiles can agree on one thing compared, with the words for it."""


def model(dbt, session):
    dbt.config(materialized="table", packages=[])
    from orchestration.linkage.comparisons import levels_in_words

    return levels_in_words()
