{#
  Mappings that make a row of several rows, or tables, asked for some of what came.

  In the meta of such a mapping `parts` names raw tables, each with an expression over its row (`held`) that tells its part: an
  order, say, of which orders, their lines and fulfillments are rows. What a raw row becomes depends on rows of its own part
  and on tables that are not named. So a run that keeps what stands asks for the parts that new files touch.

  A row whose part is null may belong to any; one whose part is empty to none, and is no row that a mapping makes one of. A
  mapping is read whole of sources that sent such a row of any part, or rows of a table that is not named.
#}

{# The raw tables that got rows since the run before → the sources that sent them. #}
{% macro tables_that_came() %}
    {%- set came = {} -%}
    {%- for name, source_id in run_query(
        "select distinct system || '__' || table_name, source_id from " ~ source('state', 'files')
        ~ " where status = 'loaded' and file_id > " ~ var('known_files')
    ).rows -%}
        {%- do came.setdefault(name, []).append(source_id) -%}
    {%- endfor -%}
    {{ return(came) }}
{% endmacro %}

{#
  How a kept run reads one mapping, of what `came`:
    whole     sources of which it has to be read whole
    query     its rows of the parts that are touched; none where nothing is
    is_again  the condition that a row is made of one of the raw rows that these parts are of
  What is noted for that is small, and goes with the connection.
#}
{% macro read_in_parts(relation, came) %}
    {%- set node = mapping_node(relation) -%}
    {%- set tables, parts = raw_tables(node.unique_id), node.config.meta.get('parts', {}) -%}
    {%- set whole, touching, selects = [], [], [] -%}
    {%- for name in parts if name not in tables -%}
        {%- do exceptions.raise_compiler_error(relation.identifier ~ " reads no raw table '" ~ name ~ "', of which it tells parts") -%}
    {%- endfor -%}
    {%- for name, table in tables.items() if table.identifier in came -%}
        {%- if name in parts -%}
            {%- do touching.append('select _source_id, ' ~ parts[name] ~ ' as part from ' ~ raw_relation(table) ~ ' as held where _file_id > ' ~ var('known_files')) -%}
        {%- else -%}
            {%- do whole.extend(came[table.identifier]) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if not touching -%}{{ return({'whole': whole, 'query': none}) }}{%- endif -%}
    {%- set touched, rows = scratch(relation.identifier ~ '__parts'), scratch(relation.identifier ~ '__rows') -%}
    {%- call statement('touched') -%}
        create or replace temp table {{ touched }} as select distinct * from ({{ touching | join(' union all ') }})
    {%- endcall -%}
    {%- do whole.extend(run_query('select distinct _source_id from ' ~ touched ~ ' where part is null').columns[0].values()) -%}
    {%- set made = {'query': run_query(
        "select regexp_replace(sql, '^CREATE VIEW \\S+ AS |;$', '', 'g') from duckdb_views() where database_name = '" ~ relation.database
        ~ "' and schema_name = '" ~ relation.schema ~ "' and view_name = '" ~ relation.identifier ~ "'"
    ).rows[0][0]} -%}
    {%- for name, part in parts.items() -%}
        {%- do selects.append('select _file_id, _file_row, _source_id, ' ~ part ~ ' as part from ' ~ raw_relation(tables[name]) ~ ' as held') -%}
        {%- set pattern = '\\b' ~ relation.database ~ '\\.raw\\.' ~ tables[name].identifier ~ '\\b' -%}
        {%- if not modules.re.search(pattern, made.query) -%}
            {%- do exceptions.raise_compiler_error(relation.identifier ~ " does not read '" ~ name ~ "' itself, of which it tells parts") -%}
        {%- endif -%}
        {%- do made.update({'query': modules.re.sub(
            pattern, '(select * from ' ~ raw_relation(tables[name]) ~ ' semi join ' ~ rows ~ ' using (_file_id, _file_row))', made.query
        )}) -%}
    {%- endfor -%}
    {%- call statement('rows') -%}
        create or replace temp table {{ rows }} as
        select _file_id, _file_row from ({{ selects | join(' union all ') }}) as held
        where part is null or (_source_id, part) in (select _source_id, part from {{ touched }} where part <> '')
    {%- endcall -%}
    {{ return({'whole': whole, 'query': made.query, 'is_again': '(_file_id, _file_row) in (select _file_id, _file_row from ' ~ rows ~ ')'}) }}
{% endmacro %}

{# What dbt knows of a mapping. #}
{% macro mapping_node(relation) %}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.name == relation.identifier -%}
        {{ return(node) }}
    {%- endfor -%}
{% endmacro %}

{# The raw tables that a mapping reads, itself or through other views: name → source. #}
{% macro raw_tables(unique_id) %}
    {%- set found = {} -%}
    {%- for parent in graph.nodes[unique_id].depends_on.nodes -%}
        {%- if parent in graph.sources -%}
            {%- do found.update({graph.sources[parent].name: graph.sources[parent]}) -%}
        {%- elif graph.nodes[parent].resource_type == 'model' -%}
            {%- do found.update(raw_tables(parent)) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}

{% macro raw_relation(table) %}
    {{ return(api.Relation.create(database=table.database, schema=table.schema, identifier=table.identifier)) }}
{% endmacro %}
