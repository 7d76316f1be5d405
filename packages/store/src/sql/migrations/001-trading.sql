-- The tables of trading. Words with @ are types that each database writes in its own way, see sql-dialect.ts.
-- Statements end with a line that says `go`. A statement that starts with `-- only postgres` is for that one alone.
-- A migration that was released is never changed: the next one changes the tables.

-- Configuration: few rows, changed by people.

CREATE TABLE strategies (
  id         TEXT     NOT NULL PRIMARY KEY,
  name       TEXT     NOT NULL UNIQUE,
  type       TEXT     NOT NULL,
  config     @json    NOT NULL,
  is_active  @flag    NOT NULL,
  created_at @instant NOT NULL,
  updated_at @instant NOT NULL
) @strict
go

-- No symbol: the limit holds for all.
CREATE TABLE risk_limits (
  id                     TEXT     NOT NULL PRIMARY KEY,
  symbol                 TEXT,
  max_position_size      @decimal,
  max_leverage           @decimal,
  max_daily_drawdown_pct @decimal,
  created_at             @instant NOT NULL
) @strict
go
CREATE UNIQUE INDEX risk_limits_by_symbol ON risk_limits (coalesce(symbol, ''))
go

CREATE TABLE trading_pairs (
  symbol             TEXT     NOT NULL PRIMARY KEY,
  is_enabled         @flag    NOT NULL,
  min_notional       @decimal NOT NULL,
  price_precision    @count   NOT NULL,
  quantity_precision @count   NOT NULL,
  maker_fee_bps      @decimal NOT NULL,
  taker_fee_bps      @decimal NOT NULL
) @strict
go

CREATE TABLE user_settings (
  username TEXT  NOT NULL,
  key      TEXT  NOT NULL,
  value    @json NOT NULL,
  PRIMARY KEY (username, key)
) @strict
go

CREATE TABLE alert_rules (
  id         TEXT     NOT NULL PRIMARY KEY,
  name       TEXT     NOT NULL UNIQUE,
  rule       @json    NOT NULL,
  is_enabled @flag    NOT NULL,
  created_at @instant NOT NULL
) @strict
go

-- What happened: many rows, never changed, asked for by time. Prices and amounts are exact decimals.

CREATE TABLE market_data_snapshots (
  timestamp @instant NOT NULL,
  symbol    TEXT     NOT NULL,
  best_bid  @decimal,
  best_ask  @decimal,
  bid_qty   @decimal NOT NULL,
  ask_qty   @decimal NOT NULL,
  spread    @decimal,
  mid_price @decimal,
  PRIMARY KEY (timestamp, symbol)
) @partitioned
go
CREATE INDEX market_data_snapshots_by_symbol ON market_data_snapshots (symbol, timestamp)
go

-- event_no counts the events of one order: 0, 1, 2, ...
CREATE TABLE order_events (
  timestamp       @instant NOT NULL,
  client_order_id TEXT     NOT NULL,
  event_no        @count   NOT NULL,
  order_id        TEXT,
  symbol          TEXT     NOT NULL,
  side            TEXT     NOT NULL,
  type            TEXT     NOT NULL,
  price           @decimal,
  quantity        @decimal NOT NULL,
  status          TEXT     NOT NULL,
  event_type      TEXT     NOT NULL,
  PRIMARY KEY (timestamp, client_order_id, event_no)
) @partitioned
go
CREATE INDEX order_events_by_order ON order_events (client_order_id, event_no)
go
CREATE INDEX order_events_by_symbol ON order_events (symbol, timestamp)
go

-- Commission: positive is paid, negative is a rebate, in its own asset. Pnl only when the fill closed something.
CREATE TABLE fills (
  timestamp        @instant NOT NULL,
  symbol           TEXT     NOT NULL,
  trade_id         TEXT     NOT NULL,
  order_id         TEXT     NOT NULL,
  client_order_id  TEXT     NOT NULL,
  side             TEXT     NOT NULL,
  price            @decimal NOT NULL,
  quantity         @decimal NOT NULL,
  commission       @decimal NOT NULL,
  commission_asset TEXT     NOT NULL,
  is_maker         @flag    NOT NULL,
  pnl              @decimal,
  PRIMARY KEY (timestamp, symbol, trade_id)
) @partitioned
go
CREATE INDEX fills_by_symbol ON fills (symbol, timestamp)
go

CREATE TABLE account_snapshots (
  timestamp @instant NOT NULL,
  account   TEXT     NOT NULL,
  asset     TEXT     NOT NULL,
  total     @decimal NOT NULL,
  available @decimal NOT NULL,
  locked    @decimal NOT NULL,
  PRIMARY KEY (timestamp, account, asset)
) @partitioned
go

CREATE TABLE strategy_signals (
  timestamp @instant NOT NULL,
  strategy  TEXT     NOT NULL,
  symbol    TEXT     NOT NULL,
  name      TEXT     NOT NULL,
  value     @real    NOT NULL,
  PRIMARY KEY (timestamp, strategy, symbol, name)
) @partitioned
go

CREATE TABLE system_metrics (
  timestamp @instant NOT NULL,
  name      TEXT     NOT NULL,
  labels    TEXT     NOT NULL,
  value     @real    NOT NULL,
  PRIMARY KEY (timestamp, name, labels)
) @partitioned
go

-- A keyed chain of hashes, see audit-chain.ts. Texts, not JSON: a hash is over exact bytes.
CREATE TABLE audit_log (
  seq       @count   NOT NULL PRIMARY KEY,
  timestamp @instant NOT NULL,
  actor     TEXT     NOT NULL,
  session   TEXT     NOT NULL,
  ip        TEXT     NOT NULL,
  action    TEXT     NOT NULL,
  object    TEXT     NOT NULL,
  before    TEXT     NOT NULL,
  after     TEXT     NOT NULL,
  reason    TEXT     NOT NULL,
  prev_hash TEXT     NOT NULL,
  hash      TEXT     NOT NULL
) @strict
go
CREATE INDEX audit_log_by_time ON audit_log (timestamp)
go

-- Double entry, for questions: the truth is the ledger's own store. Ids and amounts have 128 bits.

CREATE TABLE ledger_accounts (
  id              @int128  NOT NULL PRIMARY KEY,
  ledger          @count   NOT NULL,
  code            @count   NOT NULL,
  flags           @count   NOT NULL,
  debits_pending  @int128  NOT NULL,
  debits_posted   @int128  NOT NULL,
  credits_pending @int128  NOT NULL,
  credits_posted  @int128  NOT NULL,
  timestamp       @int128  NOT NULL
) @strict
go

CREATE TABLE ledger_transfers (
  id         @int128  NOT NULL PRIMARY KEY,
  debit      @int128  NOT NULL,
  credit     @int128  NOT NULL,
  amount     @int128  NOT NULL,
  pending_id @int128  NOT NULL,
  cause      TEXT     NOT NULL,
  at         @instant NOT NULL,
  tag        @count   NOT NULL,
  timeout    @count   NOT NULL,
  ledger     @count   NOT NULL,
  code       @count   NOT NULL,
  flags      @count   NOT NULL,
  timestamp  @int128  NOT NULL
) @strict
go
CREATE INDEX ledger_transfers_by_debit ON ledger_transfers (debit, at)
go
CREATE INDEX ledger_transfers_by_credit ON ledger_transfers (credit, at)
go
CREATE INDEX ledger_transfers_by_cause ON ledger_transfers (cause)
go

CREATE TABLE ledger_causes (
  id    @int128 NOT NULL PRIMARY KEY,
  cause TEXT    NOT NULL
) @strict
go

-- How far each spool has been drained; written in the transaction of the rows themselves.
CREATE TABLE spool_marks (
  spool    TEXT   NOT NULL PRIMARY KEY,
  sequence @count NOT NULL
) @strict
go

-- What happened is never changed: the database itself refuses.

-- only postgres
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
go
-- only postgres
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
go
-- only postgres
CREATE TRIGGER ledger_transfers_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_transfers
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
go
-- only sqlite
CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log
BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END
go
-- only sqlite
CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log
BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END
go
-- only sqlite
CREATE TRIGGER ledger_transfers_no_update BEFORE UPDATE ON ledger_transfers
BEGIN SELECT RAISE(ABORT, 'ledger_transfers is append-only'); END
go
-- only sqlite
CREATE TRIGGER ledger_transfers_no_delete BEFORE DELETE ON ledger_transfers
BEGIN SELECT RAISE(ABORT, 'ledger_transfers is append-only'); END
go
