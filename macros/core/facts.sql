{# Facts: a live staging row, the customer it belongs to now, and its money in the reporting currency. #}

{# Columns of an entity that hold money. #}
{% macro money_columns(entity) %}
    {%- set names = [] -%}
    {%- for name in entity_columns(entity) -%}
        {%- if name.endswith('_amount') or name in ('amount', 'unit_price', 'unit_cost', 'reference_price') -%}
            {%- do names.append(name) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(names) }}
{% endmacro %}

{#
  An amount by the rate of its day; null without a rate. Null too where the product is beyond what the column holds:
  one absurd amount must not cost the run.
#}
{% macro in_reporting_currency(amount) -%}
    {{ try_cast(amount ~ ' * rates.factor', 'decimal(18, 4)') }}
{%- endmacro %}

{#
  One fact table.
  entity       the staging entity
  happened_at  the column that dates the row and its exchange rate
  identifiers  columns that resolve a row whose `customer_ref` names no profile, best first
  record       the column that names the profile, where it is not `customer_ref`
  extra        column → SQL over `staged`, for what core adds
  through      key column of another fact of the same source → that fact: whose row names nobody belongs to who has that one
  overwritten  columns that sources overwrite and `extra` asks for as of the day of the run, by the macro `then`
  touching     queries of keys that are touched by what else the model reads
  carry        columns that the models that read this one ask for when a row changed, beside the customer
#}
{% macro fact(entity, happened_at, identifiers=[], record='customer_ref', extra={}, money=none, through={}, overwritten=[], touching=[], carry=[]) %}
{{- config(materialized='kept', meta={'carry': ['customer_id'] + carry}) -}}
{%- set columns = entity_columns(entity) -%}
{%- set amounts = money_columns(entity) if money is none else money -%}
{%- set row = ['source_id'] + (entity_key(entity) or []) -%}
{%- do touch(row, touching + touched_facts(entity, row, happened_at, identifiers, record, through, amounts)) -%}
-- depends_on: {{ ref('int_currency_days') }} {{ ref(entity ~ '_versions') }}
with staged as (
    {{ touched_rows(row, ref(entity)) }}
),

attributed as (
    select
        staged.*,
        coalesce(
            by_record.customer_id
            {%- for name in identifiers %},
            by_{{ name }}.customer_id
            {%- endfor %}
            {%- if 'device_id' in identifiers %},
            by_visit.customer_id
            {%- endif %}
            {%- if through %},
            -- Who is named and not known yet is somebody else, as one who pays for another.
            case
                when {% for name in [record] + identifiers %}staged.{{ name }} is null{{ ' and ' if not loop.last }}{% endfor %}
                    then coalesce({% for name in through %}through_{{ name }}.customer_id{{ ', ' if not loop.last }}{% endfor %})
            end
            {%- endif %}
        ) as customer_id
    from staged
    left join {{ ref('crosswalk') }} as by_record
        on
            staged.source_id = by_record.source_id
            and staged.{{ record }} = by_record.source_record_id
    {%- for name in identifiers %}
    {{ identifier_join(name, happened_at) }}
    {%- endfor %}
    {%- for name, relation in through.items() %}
    left join {{ ref(relation) }} as through_{{ name }}
        on
            staged.source_id = through_{{ name }}.source_id
            and staged.{{ name }} = through_{{ name }}.{{ name }}
    {%- endfor %}
)
{%- if overwritten %},

{{ known_then(entity, overwritten) }}
{%- endif %}

select
    attributed.source_id,
    attributed.customer_id,
    {%- for name in columns if name not in ('is_deleted',) %}
    attributed.{{ name }},
    {%- endfor %}
    {%- for name, expression in extra.items() %}
    {{ expression }} as {{ name }},
    {%- endfor %}
    {%- for name in amounts %}
    {{ in_reporting_currency('attributed.' ~ name) }} as {{ name }}_reporting,
    {%- endfor %}
    {%- for name in ['signed_amount', 'open_amount'] if amounts and name in extra %}
    {{ in_reporting_currency('(' ~ extra[name] ~ ')') }} as {{ name }}_reporting,
    {%- endfor %}
    {{ happened('attributed.' ~ happened_at) }} as has_happened,
    attributed._file_id,
    attributed._file_row
from attributed
{%- if overwritten %}
left join known_then
    on
        known_then.place = 1
        and attributed.source_id = known_then.source_id
        {%- for name in entity_key(entity) %}
        and attributed.{{ name }} = known_then.{{ name }}
        {%- endfor %}
{%- endif %}
{%- if amounts %}
left join {{ ref('int_currency_days') }} as rates
    on
        attributed.currency = rates.currency
        and cast(attributed.{{ happened_at }} as date) = rates.rate_date
{%- endif %}
{% endmacro %}

{#
  The keys of facts that something touched: their own row, whose it is, what its money is worth, or a day that has passed
  since the run before.
#}
{% macro touched_facts(entity, row, happened_at, identifiers, record, through, amounts) %}
    {%- if not is_kept() -%}{{ return([]) }}{%- endif -%}
    {%- set own = 'select ' ~ row | join(', ') ~ ' from ' -%}
    {%- set live = own ~ ref(entity) ~ ' as staged ' -%}
    {%- set found = [
        own ~ changes(ref(entity ~ '_versions')),
        live ~ 'semi join ' ~ changes(ref('crosswalk')) ~ ' as moved
            on staged.source_id = moved.source_id and staged.' ~ record ~ ' = moved.source_record_id',
    ] -%}
    {%- for name in identifiers -%}
        {%- set moved = changes(ref('int_identifier_customers')) -%}
        {%- if name in ('email', 'phone') -%}
            {%- set texts = ref('int_email_addresses' if name == 'email' else 'int_phone_numbers') -%}
            {%- do found.append(live ~ 'where ' ~ name ~ ' in (
                select raw_value from ' ~ texts ~ ' where ' ~ name ~ '_key in (
                    select identifier_value from ' ~ moved ~ " where identifier_type = '" ~ name ~ "'
                )
            )") -%}
        {%- elif name == 'device_id' -%}
            {%- do found.append(live ~ 'where trim(device_id) in (
                select device_id from ' ~ changes(ref('int_device_customers')) ~ '
                union all select device_id from ' ~ changes(ref('int_device_visits')) ~ '
            )') -%}
        {%- else -%}
            {%- do found.append(live ~ 'where trim(' ~ name ~ ') in (
                select identifier_value from ' ~ moved ~ " where identifier_type = '" ~ name ~ "'
            )") -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for name, relation in through.items() -%}
        {%- do found.append(live ~ 'semi join ' ~ changes(ref(relation)) ~ ' as changed
            on staged.source_id = changed.source_id and staged.' ~ name ~ ' = changed.' ~ name) -%}
    {%- endfor -%}
    {%- if amounts -%}
        {%- do found.append(live ~ 'semi join ' ~ changes(ref('int_currency_days')) ~ ' as changed
            on staged.currency = changed.currency and cast(staged.' ~ happened_at ~ ' as date) = changed.rate_date') -%}
    {%- endif -%}
    {%- set passed = days_passed(entity) -%}
    {%- if passed -%}
        {#- Of all versions: what a row was on an earlier day is told by one that is not live. -#}
        {%- do found.append(own ~ ref(entity ~ '_versions') ~ ' where ' ~ passed) -%}
    {%- endif -%}
    {{ return(found) }}
{% endmacro %}

{# That a time of a row lies between the day of the run before and the day of this one, so that something has happened since. #}
{% macro days_passed(entity) %}
    {%- set days = [var('previous_as_of'), var('as_of')] | sort -%}
    {%- if days[0] == days[1] -%}{{ return('') }}{%- endif -%}
    {%- set times = [] -%}
    {%- for name, data_type in entity_columns(entity).items() if data_type == 'timestamp' -%}
        {%- do times.append(name ~ " >= cast('" ~ days[0] ~ "' as date) + interval 1 day and " ~ name ~ " < cast('" ~ days[1] ~ "' as date) + interval 1 day") -%}
    {%- endfor -%}
    {{ return(times | join(' or ')) }}
{% endmacro %}

{# The join that finds the customer of one identifier column of `staged`. #}
{% macro identifier_join(name, happened_at) %}
    {%- if name == 'phone' -%}
    left join {{ ref('sources') }} as phone_sources
        on staged.source_id = phone_sources.source_id
    left join {{ ref('int_phone_numbers') }} as phones
        on
            staged.phone = phones.raw_value
            and coalesce(phone_sources.default_country, '') = phones.country
    left join {{ ref('int_identifier_customers') }} as by_phone
        on
            by_phone.identifier_type = 'phone'
            and phones.phone_key = by_phone.identifier_value
    {%- elif name == 'email' -%}
    left join {{ ref('int_email_addresses') }} as emails
        on staged.email = emails.raw_value
    left join {{ ref('int_identifier_customers') }} as by_email
        on
            by_email.identifier_type = 'email'
            and emails.email_key = by_email.identifier_value
    {%- elif name == 'device_id' -%}
    left join {{ ref('int_device_customers') }} as by_device_id
        on trim(staged.device_id) = by_device_id.device_id
    left join {{ ref('int_device_visits') }} as by_visit
        on
            trim(staged.device_id) = by_visit.device_id
            and staged.{{ happened_at }} between by_visit.started_at and by_visit.ended_at
    {%- else -%}
    left join {{ ref('int_identifier_customers') }} as by_{{ name }}
        on
            by_{{ name }}.identifier_type = '{{ name }}'
            and trim(staged.{{ name }}) = by_{{ name }}.identifier_value
    {%- endif -%}
{% endmacro %}

{# Money that did not move, in the words of the payment systems. #}
{% macro is_settled(status) -%}
    (
        {{ status }} is null
        or lower({{ status }}) not in (
            'failed', 'failure', 'error', 'declined', 'void', 'voided', 'canceled', 'cancelled', 'pending',
            'requires_payment_method', 'requires_action', 'requires_confirmation'
        )
    )
{%- endmacro %}

{#
  What a run of an earlier day must ask instead of the newest version: of rows that their source changed after the as-of day,
  the version they had on it. Today's run finds none. What a source changed without saying when is told as it stands.
#}
{% macro known_then(entity, columns) -%}
changed_later as (
    select source_id, {{ entity_key(entity) | join(', ') }} from staged
    where not {{ happened('updated_at') }}
),

known_then as (
    select
        versions.source_id,
        {%- for name in entity_key(entity) + columns %}
        versions.{{ name }},
        {%- endfor %}
        row_number() over (
            partition by versions.source_id, {% for name in entity_key(entity) %}versions.{{ name }}{{ ', ' if not loop.last }}{% endfor %}
            order by versions.updated_at desc, versions._file_id desc, versions._file_row desc
        ) as place
    from {{ ref(entity ~ '_versions') }} as versions
    inner join changed_later
        on
            versions.source_id = changed_later.source_id
            {%- for name in entity_key(entity) %}
            and versions.{{ name }} = changed_later.{{ name }}
            {%- endfor %}
    where versions._outcome = 'superseded' and {{ happened('versions.updated_at') }}
)
{%- endmacro %}

{# A column as of the day of the run, within `extra`; a time that lies after the day was not known on it. #}
{% macro then(column) -%}
    case when known_then.source_id is null then attributed.{{ column }} else known_then.{{ column }} end
{%- endmacro %}
