-- Contoso's own files → canonical files in the landing. This is all that onboarding Contoso took.
-- Dates are American in one system and ISO in the other; the purchases name no currency, so theirs is the shop's.

create macro american_date(text) as strptime(text, '%-m/%-d/%Y')::date;

-- The web shop: contacts, online purchases, reviews.

copy (
    select
        ContactId as source_record_id,
        FullName as full_name,
        FirstName as given_name,
        LastName as family_name,
        EMail as email,
        Telephone as phone,
        american_date(DateOfBirth) as birth_date,
        Gender as gender,
        StreetAddress as address_line,
        City as city,
        State as region,
        PostCode as postal_code,
        Country as country,
        Occupation as job_title,
        american_date(CreatedOn) as created_at,
        "Loyalty Tier" as loyalty_tier, -- a column of their own: it is kept in _extra
    from read_csv('data/Contact.csv.gz', all_varchar = true)
) to 'landing/contoso_shop/profiles/contacts.csv';

copy (
    select
        PurchaseId as order_id,
        ContactId as customer_ref,
        american_date(PurchasedOn) as ordered_at,
        'web' as channel,
        'USD' as currency,
        TotalPrice as total_amount,
    from read_csv('data/OnlinePurchases.csv.gz', all_varchar = true)
) to 'landing/contoso_shop/orders/online_purchases.csv';

copy (
    select
        PurchaseId as order_id,
        1 as line_number,
        ProductId as product_id,
        1 as quantity,
        TotalPrice as unit_price,
    from read_csv('data/OnlinePurchases.csv.gz', all_varchar = true)
) to 'landing/contoso_shop/order_lines/online_purchases.csv';

copy (
    select
        ReviewId as feedback_id,
        UserId as customer_ref,
        'review' as kind,
        'rating' as metric,
        ReviewRating as score,
        1 as scale_min,
        5 as scale_max,
        ReviewText as text,
        'en' as language,
        american_date(ReviewDate) as submitted_at,
    from read_csv('data/WebsiteReviews_LinkedToEcommerceContacts.csv.gz', all_varchar = true)
) to 'landing/contoso_shop/feedback/reviews.csv';

-- The loyalty programme: members and their purchases in the stores.

copy (
    select
        LoyaltyId as source_record_id,
        FullName as full_name,
        FirstName as given_name,
        LastName as family_name,
        EMail as email,
        Telephone as phone,
        DateOfBirth as birth_date,
        Gender as gender,
        CreatedOn as created_at,
        RewardPoints as reward_points,
    from read_csv('data/Customer-Loyalty.csv.gz', all_varchar = true)
) to 'landing/contoso_loyalty/profiles/members.csv';

-- The loyalty system knows the shop's key of its members: that is an identifier, not a customer_ref.
copy (
    select
        LoyaltyId as source_record_id,
        'external:contoso_shop' as identifier_type,
        ContactId as identifier_value,
    from read_csv('data/Customer-Loyalty.csv.gz', all_varchar = true)
) to 'landing/contoso_loyalty/identifiers/shop_contacts.csv';

copy (
    select
        PurchaseId as order_id,
        LoyaltyId as customer_ref,
        PurchasedOn as ordered_at,
        'store' as channel,
        'USD' as currency,
        TotalPrice as total_amount,
    from read_csv('data/POSPurchases.csv.gz', all_varchar = true)
) to 'landing/contoso_loyalty/orders/store_purchases.csv';

copy (
    select
        PurchaseId as order_id,
        1 as line_number,
        ProductId as product_id,
        1 as quantity,
        TotalPrice as unit_price,
    from read_csv('data/POSPurchases.csv.gz', all_varchar = true)
) to 'landing/contoso_loyalty/order_lines/store_purchases.csv';
