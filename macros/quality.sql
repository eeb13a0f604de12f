{# What quality counts over: the entities, and the core relation that says whose each row is. #}
{% macro reconciled_entities() %}
    {{ return({
        'profiles': 'crosswalk', 'identifiers': 'crosswalk', 'relationships': 'int_relationship_ends', 'consents': 'fct_consents',
        'orders': 'fct_orders', 'order_lines': 'fct_order_lines', 'subscriptions': 'fct_subscriptions', 'tickets': 'fct_tickets',
        'process_steps': 'fct_process_steps', 'invoices': 'fct_invoices', 'payments': 'fct_payments',
        'interactions': 'fct_interactions', 'web_events': 'fct_web_events', 'feedback': 'fct_feedback',
        'survey_invitations': 'fct_survey_invitations', 'feedback_actions': 'fct_feedback_actions', 'fixes': 'dim_fix',
        'initiatives': 'dim_initiative', 'employees': 'dim_employee', 'employee_feedback': 'fct_employee_feedback', 'campaigns': 'dim_campaign',
    }) }}
{% endmacro %}

{# Relations of core that know no customer: all of their rows are unattributed by nature. #}
{% macro is_customerless(relation) %}
    {{ return(relation.startswith('dim_') or relation == 'fct_employee_feedback') }}
{% endmacro %}

{# Which entity each landing folder of each system speaks for, as a SELECT. #}
{% macro table_entities() %}
    {%- set rows = [] -%}
    {%- if execute -%}
        {%- for node in graph.sources.values() if node.config.meta.get('entity') -%}
            {%- do rows.append("('" ~ node.source_name ~ "', '" ~ node.name ~ "', '" ~ node.config.meta.entity ~ "')") -%}
        {%- endfor -%}
    {%- endif -%}
    select * from (values {{ (rows | sort | join(', ')) or "('', '', '')" }}) as listed (system, table_name, entity)
{% endmacro %}
