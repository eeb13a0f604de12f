{# What can be read from a history of identity: periods of `source_id, source_record_id, customer_id, valid_from, valid_to`. #}

{#
  The registry as the last run left it, empty before the first run. The models that say who is who from now on read it,
  and the registry itself is written after them; so it is no `ref`.
#}
{% macro registry_before() -%}
    {%- set columns = {
        'source_id': 'varchar', 'source_record_id': 'varchar', 'customer_id': 'varchar', 'valid_from': 'timestamp',
        'valid_to': 'timestamp', 'run_id': 'varchar', 'rule_id': 'varchar', 'reason': 'varchar',
    } -%}
    {%- set held = registry_columns() -%}
    select
    {%- for name, type in columns.items() %}
        {% if name in held %}{{ name }}{% else %}cast(null as {{ type }}) as {{ name }}{% endif %}{{ ',' if not loop.last }}
    {%- endfor %}
    {% if held %}from {{ registry_relation() }}{% else %}where false{% endif %}
{%- endmacro %}

{% macro registry_relation() %}
    {{ return(adapter.get_relation(database=target.database, schema='state', identifier='identity_registry')) }}
{% endmacro %}

{# Its columns: an older release knew fewer. Empty where there is no registry yet, and while dbt parses. #}
{% macro registry_columns() %}
    {%- set relation = registry_relation() if execute else none -%}
    {{ return((adapter.get_columns_in_relation(relation) | map(attribute='name') | list) if relation else []) }}
{% endmacro %}

{# Grain: one customer id of `registry` that no profile has any more, and the id most of its records went to when it ended. #}
{% macro customer_deaths(registry) -%}
    with dead as (
        select
            customer_id,
            max(valid_to) as died_at
        from {{ registry }}
        group by customer_id
        having count(*) filter (where valid_to is null) = 0
    ),

    given as (
        select
            customer_id,
            min(valid_from) as created_at
        from {{ registry }}
        group by customer_id
    ),

    moves as (
        select
            dead.customer_id,
            successor.customer_id as successor_id,
            min(successor.run_id) as run_id,
            count(*) as records
        from dead
        inner join {{ registry }} as predecessor
            on
                dead.customer_id = predecessor.customer_id
                and dead.died_at = predecessor.valid_to
        inner join {{ registry }} as successor
            on
                predecessor.source_id = successor.source_id
                and predecessor.source_record_id = successor.source_record_id
                and predecessor.valid_to = successor.valid_from
        group by 1, 2
    )

    select
        dead.customer_id,
        dead.died_at,
        moves.successor_id,
        moves.run_id,
        coalesce(moves.records, 0) as records
    from dead
    left join moves
        on dead.customer_id = moves.customer_id
    left join given
        on moves.successor_id = given.customer_id
    qualify row_number() over (
        partition by dead.customer_id order by moves.records desc nulls last, given.created_at, moves.successor_id
    ) = 1
{%- endmacro %}

{#
  Grain: one merged-away id of `deaths`, and the id at the end of its trail: a survivor may be merged away itself later.
  No trail is a circle: an id goes to one that outlived it, and one that was merged away never comes back.
#}
{% macro customer_survivors(deaths) -%}
    with recursive trail as (
        select
            customer_id,
            successor_id,
            1 as steps
        from {{ deaths }}
        where successor_id is not null
        union all
        select
            trail.customer_id,
            onward.successor_id,
            trail.steps + 1
        from trail
        inner join {{ deaths }} as onward
            on trail.successor_id = onward.customer_id
        where onward.successor_id is not null
    )

    select
        customer_id,
        successor_id as survivor_id
    from trail
    qualify row_number() over (partition by customer_id order by steps desc) = 1
{%- endmacro %}

{# Which claim of a cluster to an id goes before another; the same for both sides, so the choice has one outcome. #}
{% macro claim_order() -%}
    present_records desc, records desc, created_at, customer_id, cluster
{%- endmacro %}
