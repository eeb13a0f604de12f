{#
  The newest version of each row of a supporting table, one per key and source: a row that was
  delivered twice must not count twice in a sum. `relation` may also be the name of a CTE.
  deleted  condition under which the newest version is a deletion, and the row is left out
#}
{% macro newest(relation, key, updated_at='_fivetran_synced', deleted='false') -%}
(
        select *
        from (
            select
                *,
                row_number() over (
                    partition by _source_id, {{ key | join(', ') }}
                    order by {{ updated_at }} desc nulls last, _file_id desc, _file_row desc
                ) as _version_rank
            from {{ relation }}
        ) as versions
        where _version_rank = 1 and not coalesce({{ deleted }}, false)
    )
{%- endmacro %}
