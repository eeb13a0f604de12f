"""Grain: one distinct phone text in one country context, with its comparable form (null when it is no number)."""


def model(dbt, session):
    dbt.config(materialized="table", packages=[])
    from orchestration.linkage.kept import extended
    from orchestration.linkage.phones import normalise_phones

    return extended(session, dbt.this, dbt.ref("int_phone_texts"), normalise_phones)
