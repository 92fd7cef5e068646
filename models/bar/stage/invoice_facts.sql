---
key: invoice_id
inputs: { invoices: id }
description: Invoices in USD, on the day they were issued.
columns:
  invoiced: without tax; 0 for drafts and void ones
  open_amount: still to be paid
  due_on: of open ones
---
select
  id as invoice_id,
  account_id as customer_id,
  utc_date(issued_at) as date,
  money(case when status in ('draft', 'void') then 0 else product(total - tax, fx_rate) end) as invoiced,
  money(case when status = 'open' then product(total - amount_paid, fx_rate) else 0 end) as open_amount,
  case when status = 'open' then utc_date(due_at) end as due_on
from invoices
