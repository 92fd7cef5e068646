-- Who may read the changes, and which: run once, by the superuser, when the database is created.
DO $$
BEGIN
  EXECUTE format('CREATE ROLE tapline LOGIN REPLICATION PASSWORD %L',
    rtrim(pg_read_file('/run/secrets/tapline_password'), E'\r\n'));
  EXECUTE format('CREATE ROLE debezium LOGIN REPLICATION PASSWORD %L',
    rtrim(pg_read_file('/run/secrets/debezium_password'), E'\r\n'));
END $$;

GRANT USAGE ON SCHEMA app, billing, marketing TO tapline, debezium;
GRANT SELECT ON ALL TABLES IN SCHEMA app, billing, marketing TO tapline, debezium;
ALTER DEFAULT PRIVILEGES IN SCHEMA app, billing, marketing GRANT SELECT ON TABLES TO tapline, debezium;

-- Debezium takes orders from this table: a new copy of a table, for one. It is in the topics too, as Debezium wants it.
CREATE SCHEMA debezium AUTHORIZATION debezium;
CREATE TABLE debezium.signal (
  id varchar(64) PRIMARY KEY,
  type varchar(32) NOT NULL,
  data varchar(2048)
);
ALTER TABLE debezium.signal OWNER TO debezium;

-- So does our own source: ./tapline signal and resync write here.
CREATE SCHEMA tapline AUTHORIZATION tapline;
CREATE TABLE tapline.signals (
  id varchar(64) PRIMARY KEY,
  type varchar(32) NOT NULL,
  data text
);
ALTER TABLE tapline.signals OWNER TO tapline;

-- A publication of whole schemas takes in tables that are made later.
CREATE PUBLICATION tapline_bar FOR TABLES IN SCHEMA app, billing, marketing, tapline
  WITH (publish_via_partition_root = true);
CREATE PUBLICATION tapline_bar_kafka FOR TABLES IN SCHEMA app, billing, marketing, tapline
  WITH (publish_via_partition_root = true);
CREATE PUBLICATION tapline_bar_debezium FOR TABLES IN SCHEMA app, billing, marketing, debezium
  WITH (publish_via_partition_root = true);
