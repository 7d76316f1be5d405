import type { RowOf, Table } from './table.ts'

const table = <const Columns extends Table['columns']>(
  name: string,
  key: readonly (keyof Columns & string)[],
  columns: Columns,
): Table<Columns> => ({ name, key, columns, isPartitioned: false })

/** What happened at an instant: first column `timestamp`, by months. */
const series = <const Columns extends Table['columns']>(
  name: string,
  key: readonly (keyof Columns & string)[],
  columns: Columns,
): Table<{ readonly timestamp: 'instant' } & Columns> => ({
  name,
  key: ['timestamp', ...key],
  columns: { timestamp: 'instant', ...columns },
  isPartitioned: true,
})

/** Every table of the migrations, with the kinds of its columns. A test compares it to the databases. */
export const TABLES = {
  strategies: table('strategies', ['id'], {
    id: 'text',
    name: 'text',
    type: 'text',
    config: 'json',
    is_active: 'flag',
    created_at: 'instant',
    updated_at: 'instant',
  }),
  risk_limits: table('risk_limits', ['id'], {
    id: 'text',
    symbol: 'text?',
    max_position_size: 'decimal?',
    max_leverage: 'decimal?',
    max_daily_drawdown_pct: 'decimal?',
    created_at: 'instant',
  }),
  trading_pairs: table('trading_pairs', ['symbol'], {
    symbol: 'text',
    is_enabled: 'flag',
    min_notional: 'decimal',
    price_precision: 'count',
    quantity_precision: 'count',
    maker_fee_bps: 'decimal',
    taker_fee_bps: 'decimal',
  }),
  user_settings: table('user_settings', ['username', 'key'], { username: 'text', key: 'text', value: 'json' }),
  alert_rules: table('alert_rules', ['id'], {
    id: 'text',
    name: 'text',
    rule: 'json',
    is_enabled: 'flag',
    created_at: 'instant',
  }),
  market_data_snapshots: series('market_data_snapshots', ['symbol'], {
    symbol: 'text',
    best_bid: 'decimal?',
    best_ask: 'decimal?',
    bid_qty: 'decimal',
    ask_qty: 'decimal',
    spread: 'decimal?',
    mid_price: 'decimal?',
  }),
  order_events: series('order_events', ['client_order_id', 'event_no'], {
    client_order_id: 'text',
    event_no: 'count',
    order_id: 'text?',
    symbol: 'text',
    side: 'text',
    type: 'text',
    price: 'decimal?',
    quantity: 'decimal',
    status: 'text',
    event_type: 'text',
  }),
  fills: series('fills', ['symbol', 'trade_id'], {
    symbol: 'text',
    trade_id: 'text',
    order_id: 'text',
    client_order_id: 'text',
    side: 'text',
    price: 'decimal',
    quantity: 'decimal',
    commission: 'decimal',
    commission_asset: 'text',
    is_maker: 'flag',
    pnl: 'decimal?',
  }),
  account_snapshots: series('account_snapshots', ['account', 'asset'], {
    account: 'text',
    asset: 'text',
    total: 'decimal',
    available: 'decimal',
    locked: 'decimal',
  }),
  strategy_signals: series('strategy_signals', ['strategy', 'symbol', 'name'], {
    strategy: 'text',
    symbol: 'text',
    name: 'text',
    value: 'real',
  }),
  system_metrics: series('system_metrics', ['name', 'labels'], { name: 'text', labels: 'text', value: 'real' }),
  audit_log: table('audit_log', ['seq'], {
    seq: 'count',
    timestamp: 'instant',
    actor: 'text',
    session: 'text',
    ip: 'text',
    action: 'text',
    object: 'text',
    before: 'text',
    after: 'text',
    reason: 'text',
    prev_hash: 'text',
    hash: 'text',
  }),
  ledger_accounts: table('ledger_accounts', ['id'], {
    id: 'int128',
    ledger: 'count',
    code: 'count',
    flags: 'count',
    debits_pending: 'int128',
    debits_posted: 'int128',
    credits_pending: 'int128',
    credits_posted: 'int128',
    timestamp: 'int128',
  }),
  ledger_transfers: table('ledger_transfers', ['id'], {
    id: 'int128',
    debit: 'int128',
    credit: 'int128',
    amount: 'int128',
    pending_id: 'int128',
    cause: 'text',
    at: 'instant',
    tag: 'count',
    timeout: 'count',
    ledger: 'count',
    code: 'count',
    flags: 'count',
    timestamp: 'int128',
  }),
  ledger_causes: table('ledger_causes', ['id'], { id: 'int128', cause: 'text' }),
  spool_marks: table('spool_marks', ['spool'], { spool: 'text', sequence: 'count' }),
} as const

/** Name of a table. */
export type TableName = keyof typeof TABLES
/** A row of the table of a name. */
export type TableRow<Name extends TableName> = RowOf<(typeof TABLES)[Name]>

/** A row on its way to its table. */
export type StoreRecord = {
  readonly [Name in TableName]: { readonly table: Name; readonly row: TableRow<Name> }
}[TableName]
