-- Enough to see something arrive: two bars and their first location.
INSERT INTO app.accounts
  (id, name, status, segment, industry, country, region, timezone, created_at, updated_at) VALUES
  ('00000000-0000-4000-8000-000000000001', 'Zum Anker', 'active', 'independent', 'bar', 'DE', 'Hamburg',
   'Europe/Berlin', now(), now()),
  ('00000000-0000-4000-8000-000000000002', 'The Copper Tap', 'trial', 'group', 'pub', 'GB', 'Leeds',
   'Europe/London', now(), now());

INSERT INTO app.locations
  (id, account_id, name, venue_type, status, city, region, country, latitude, longitude, timezone, seats, address,
   opened_on, created_at, updated_at) VALUES
  ('00000000-0000-4000-8000-000000000011', '00000000-0000-4000-8000-000000000001', 'Zum Anker, Hafen', 'bar', 'open',
   'Hamburg', 'Hamburg', 'DE', 53.545800, 9.966100, 'Europe/Berlin', 48, '{"street": "Bernhard-Nocht-Straße"}',
   '2019-05-03', now(), now());
