/** What the help of the whole command shows first. */
export const EXAMPLES = `Examples:
  velocimex start                                      simulated venues and the trader, live in this terminal
  velocimex status                                     from another terminal; order list, ledger balance, stop "reason"
  velocimex tape import --venue binance-spot --capture day1.jsonl.gz --capture day2.jsonl.gz --out tapes/btc
  velocimex tape dump tapes/btc --kind trade --limit 5
  velocimex backtest run examples/market-maker.yaml --out runs/first
  velocimex backtest explain runs/first 1
  velocimex simulate --seeds 1..100 --faults high
  cat messages.txt | velocimex normalize --venue binance-usdm
  velocimex simulate-venue binance-usdm --port 9100 --seed 7
  velocimex calibrate --tape tapes/btc
`

/** The command lines that the help of each command shows last. A group shows those of its commands. */
const LINES = `
velocimex tape import --venue kraken --capture day1.jsonl.gz --out tapes/btc
velocimex tape import --venue okx --capture day1.jsonl.gz --instruments instruments.json --out tapes/okx --json
velocimex tape make --venue binance-usdm --symbol BTCUSDT --minutes 10 --seed 7 --out tapes/made
velocimex tape info tapes/btc
velocimex tape dump tapes/btc --kind trade --limit 5
velocimex tape dump tapes/btc --instrument BTCUSDT --from 1000 --json
cat messages.txt | velocimex normalize --venue binance-usdm
velocimex backtest run examples/market-maker.yaml --out runs/first
velocimex backtest explain runs/first 1
velocimex simulate-venue binance-usdm --port 9100 --seed 7
velocimex simulate-venue kraken --tape tapes/btc --faults faults.txt
velocimex record --venue binance-spot --symbols BTCUSDT,ETHUSDT --out recordings --seconds 60
velocimex record --venue kraken --symbols BTC/USD --out recordings --sockets ws://127.0.0.1:9100 --rest http://127.0.0.1:9100
velocimex status --json
velocimex order list --all
velocimex order explain V000100001000000003
velocimex position list
velocimex strategy list
velocimex strategy mode okx-swap momentum observation
velocimex feed list
velocimex feed reconnect binance-usdm ws1
velocimex feed resync bybit-linear
velocimex feed rollover okx-swap
velocimex ledger balance
velocimex ledger statement --json
velocimex risk show
velocimex risk set binance-usdm BTCUSDT position 0.02
velocimex risk set binance-usdm BTCUSDT position 0.05 --raise
velocimex stop "lunch"
velocimex stop "out of here" --flatten
velocimex resume "back"
velocimex doctor --dir .velocimex
velocimex history orders
velocimex history fills --json
velocimex audit verify
velocimex audit acknowledge "restored from the backup of Monday"
velocimex chaos --kills 30
velocimex chaos --points
velocimex simulate --seed 7 --minutes 10
velocimex simulate --seeds 1..1000 --faults high --resume days.jsonl
velocimex calibrate --tape tapes/btc
`
  .trim()
  .split('\n')

/** The examples of a command such as `tape import`, or of all in a group such as `tape`. */
export const examplesOf = (path: string): readonly string[] =>
  LINES.filter(line => `${line} `.includes(`velocimex ${path} `))
