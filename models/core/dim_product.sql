-- Grain: one product of one source, named as its newest order line names it.
select
    lines.source_id,
    lines.product_id,
    max_by(lines.product_name, (lines.ordered_at, lines.order_id, lines.line_number)) as product_name,
    max_by(lines.category, (lines.ordered_at, lines.order_id, lines.line_number)) as category,
    min(lines.ordered_at) as first_ordered_at,
    max(lines.ordered_at) as last_ordered_at
from {{ ref('fct_order_lines') }} as lines
where lines.product_id is not null
group by lines.source_id, lines.product_id
