import { dirname } from 'node:path'
import { BACKTEST_KEYS, backtestConfigSchema } from '@velocimex/backtester/run/backtest-config'
import { explainFill } from '@velocimex/backtester/run/explain-fill'
import { type BacktestReport, runBacktest } from '@velocimex/backtester/run/run-backtest'
import { loadConfig } from '@velocimex/host/config/load-config'
import type { Command } from 'commander'
import { CommandError, EXIT } from './exit-codes.ts'
import { pairs, print, printJson, progressLine } from './output.ts'

/** `velocimex backtest run | explain`. */
export function addBacktestCommands(program: Command): void {
  const backtest = program.command('backtest').description('run a strategy over tapes, and ask why')
  backtest
    .command('run <config>')
    .description('run the backtest that a YAML file describes')
    .option('--out <dir>', 'write trades, orders, equity and ledger as CSV, and run.json')
    .option('--json', 'print the report as JSON')
    .option('--quiet', 'no progress')
    .action(run)
  backtest
    .command('explain <run> <fill>')
    .description('why a fill of a run happened: its trigger, its queue, its order, its transfers')
    .option('--json', 'as JSON')
    .action(explain)
}

function run(path: string, flags: { readonly out?: string; readonly json?: boolean; readonly quiet?: boolean }): void {
  const config = loadConfig(path, backtestConfigSchema, BACKTEST_KEYS)
  if (!config.ok)
    throw new CommandError(
      config.reason === 'not_found' ? EXIT.notFound : EXIT.invalidConfiguration,
      config.issues.map(issue => issue.text).join('\n'),
    )
  const show = progressLine('events', flags.quiet === true)
  const report = runBacktest(config.value, {
    ...(flags.out === undefined ? {} : { out: flags.out }),
    relativeTo: dirname(path),
    ...(flags.quiet ? {} : { progress: ({ done, events }) => show('playing', done, events) }),
  })
  if (!report.ok) {
    const code =
      report.reason === 'invalid'
        ? EXIT.invalidConfiguration
        : report.reason === 'not_found'
          ? EXIT.notFound
          : EXIT.failed
    throw new CommandError(code, report.words?.map(words => `${path}: ${words}`).join('\n') ?? report.reason)
  }
  if (flags.json) printJson(report.value)
  else print(...reportLines(report.value))
  if (!Object.values(report.value.checks).every(Boolean))
    throw new CommandError(EXIT.failed, 'a check of the run failed: do not believe it')
}

function reportLines(report: BacktestReport): string[] {
  const { trades, figures, currency, checks, latency } = report
  const percent = (share: number | undefined): string => (share === undefined ? 'n/a' : `${(share * 100).toFixed(2)} %`)
  const number = (value: number | undefined, digits = 2): string =>
    value === undefined ? 'n/a' : value.toFixed(digits)
  const mark = (holds: boolean, words: string): string => `${holds ? '✓' : '✗'} ${words}`
  return [
    `${report.config.strategy.name} over ${report.events.toLocaleString('en')} events (${report.eventsPerSecond.toLocaleString('en')} a second)`,
    ...report.warnings.map(warning => `  ! ${warning}`),
    ...pairs([
      ['profit', `${report.equity.profit} ${currency} (from ${report.equity.first} to ${report.equity.last})`],
      [
        'max drawdown',
        `${figures.maxDrawdown.toFixed(2)} ${currency} (${percent(figures.maxDrawdownShare)}), longest ${figures.longestDrawdownSeconds} s`,
      ],
      ['Sharpe, Sortino', `${number(figures.sharpe)}, ${number(figures.sortino)} (annualised)`],
      ['orders', report.orders.placed],
      ['fills', `${trades.fills} (${trades.buys} buys, ${trades.sells} sells)`],
      [
        'win rate',
        `${percent(trades.winRate)} of ${trades.closing} closing fills; profit factor ${number(trades.profitFactor)}`,
      ],
      ['maker ratio', percent(trades.makerRatio)],
      ...queueLines(report.orders, percent),
      ['turnover', `${trades.turnover.toFixed(2)} ${currency}`],
      ['fees, rebates', `${trades.fees.toFixed(4)}, ${trades.rebates.toFixed(4)} ${currency}`],
      ['slippage', `${number(trades.slippageBps, 3)} bps against the mid at decision`],
      ['order to ack', `p50 ${latency.acknowledged.p50} us, p99 ${latency.acknowledged.p99} us (simulated)`],
      ...Object.entries(report.orders.refused).map(([reason, count]): [string, string] => [
        'refused by risk',
        `${count} ${reason.replaceAll('_', ' ')}`,
      ]),
      ...report.positions.map(({ symbol, netLots, realised }): [string, string] => [
        'position',
        `${symbol} ${netLots} lots, realised ${realised} ${currency}`,
      ]),
      ['run', report.runHash],
      ['result', report.resultHash],
    ]),
    `  ${mark(checks.ledgerZero, 'ledger balances to zero')}   ${mark(checks.fillsEqualPositions, 'fills equal positions')}   ${mark(checks.everyFillExplained, 'every fill explained')}`,
    ...(report.out === undefined ? [] : [`Next: velocimex backtest explain ${report.out} 1`]),
  ]
}

/** What became of places in queues, and why orders were placed, moved and taken away. */
function queueLines(
  { queue, decisions }: BacktestReport['orders'],
  percent: (share: number | undefined) => string,
): [string, string][] {
  if (queue.places === 0) return []
  const reasons = Object.entries(decisions).map(([reason, count]) => `${count} ${reason.replaceAll('_', ' ')}`)
  const givenUp = `${percent(queue.givenUp / queue.places)} given up after ${percent(queue.passed)} of their queue`
  return [
    ['places in queues', `${queue.places}, ${givenUp}`],
    ['decisions', reasons.join(', ')],
  ]
}

function explain(runDirectory: string, fill: string, flags: { readonly json?: boolean }): void {
  const explained = explainFill(runDirectory, fill)
  if (!explained.ok) throw new CommandError(EXIT.notFound, explained.words ?? explained.reason)
  if (flags.json) {
    printJson(explained.value)
    return
  }
  const { fill: of, why, order, transfers } = explained.value
  print(
    `Fill ${of['fill']}: ${of['side']} ${of['quantity']} ${of['symbol']} at ${of['price']} (${of['liquidity']}), ${of['time']}`,
    ...why.map(line => `  ${line}`),
    `  Fee ${of['fee']} ${of['fee_asset']}; realised ${of['realised']}; position after ${of['position_after']}.`,
    `Order ${of['client_order_id']}:`,
    ...order.map(
      row =>
        `  ${row['time']}  ${row['state']}  ${row['quantity']} at ${row['price']}, filled ${row['filled']}${row['reason'] === '' ? '' : ` (${row['reason']})`}`,
    ),
    'Ledger:',
    ...transfers.map(row => `  ${row['ledger']!.padEnd(8)}  ${row['amount']} from ${row['credit']} to ${row['debit']}`),
  )
}
