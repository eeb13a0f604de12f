-- What the warehouse says of Contoso; each line can be counted by hand in the files under data/.
select 'contacts' as fact, count(*) as found from identity.crosswalk where source_id = 'contoso_shop'
union all
select 'loyalty members', count(*) from identity.crosswalk where source_id = 'contoso_loyalty'
union all
select 'loyalty members with a contact', count(*)
from identity.crosswalk as member
where
    member.source_id = 'contoso_loyalty'
    and exists (
        select 1 from identity.crosswalk as contact
        where contact.source_id = 'contoso_shop' and contact.customer_id = member.customer_id
    )
union all
select 'customers', count(*) from marts.customer_360
union all
select 'online purchases', count(*) from core.fct_orders where source_id = 'contoso_shop'
union all
select 'online purchases, amount', sum(total_amount) from core.fct_orders where source_id = 'contoso_shop'
union all
select 'store purchases', count(*) from core.fct_orders where source_id = 'contoso_loyalty'
union all
select 'store purchases, amount', sum(total_amount) from core.fct_orders where source_id = 'contoso_loyalty'
union all
select 'reviews', count(*) from core.fct_feedback
union all
select 'online purchases of nobody', count(*) from core.fct_orders where customer_id is null
union all
select 'reviews of nobody', count(*) from core.fct_feedback where customer_id is null
