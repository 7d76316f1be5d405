/** What a workspace may import. */
export interface Workspace {
  /** Its folder: `packages/core`. */
  readonly folder: string
  /** No clock, chance, socket, file or timer; and so no built-in module of Node. */
  readonly isPure: boolean
  /** A browser runs it: it has no modules of Node. */
  readonly isBrowser?: boolean
  /** Folders of the workspaces it may import; one that ends in `/` stands for all inside. */
  readonly imports: readonly string[]
  /** Packages of others it may import; `@scope/*` and `name-*` stand for families. */
  readonly thirdParty: readonly string[]
}

const pure = (folder: string, ...imports: string[]): Workspace => ({ folder, isPure: true, imports, thirdParty: [] })
const node = (folder: string, imports: string[], thirdParty: string): Workspace => ({
  folder,
  isPure: false,
  imports,
  thirdParty: thirdParty.split(' ').filter(name => name !== ''),
})

/** Which way imports point between workspaces, and who may use what from outside. */
export const WORKSPACES: readonly Workspace[] = [
  pure('packages/core'),
  pure('packages/venues', 'packages/core'),
  pure('packages/strategies', 'packages/core'),
  pure('packages/protocol'),
  node('packages/host', ['packages/core'], 'ws undici koffi pino yaml zod prom-client @opentelemetry/*'),
  node(
    'packages/store',
    ['packages/core', 'packages/host'],
    'kysely pg redis @redis/* tigerbeetle-node @duckdb/node-api',
  ),
  node('apps/trader', ['packages/'], 'fastify @fastify/* jose otpauth ws zod @grpc/grpc-js'),
  node('apps/backtester', ['packages/'], 'zod'),
  node('apps/simulator', ['packages/core', 'packages/venues', 'packages/host'], 'ws zod'),
  {
    ...node(
      'apps/dashboard',
      ['packages/protocol'],
      'react react-dom react-redux tailwindcss @radix-ui/* radix-ui @reduxjs/toolkit d3 d3-* @xyflow/* lightweight-charts @microsoft/signalr',
    ),
    isBrowser: true,
  },
  node('apps/terminal', ['packages/protocol'], 'ink react'),
  node('apps/cli', ['packages/', 'apps/'], 'commander'),
  node('tools', [], ''),
  node('bench', ['packages/', 'apps/'], 'ws'),
]

/** Packages that tests may use everywhere. */
export const TEST_PACKAGES: readonly string[] = ['fast-check']

/** Folders of `packages/core/src`, from left to right: each imports itself and those on its left. */
export const CORE_ORDER: readonly string[] =
  'clock market order bus feed book signal strategy patch risk execution exchange ledger report engine simulation'.split(
    ' ',
  )

/** The workspace a file lies in; undefined when the table above does not list it. */
export const workspaceOf = (path: string): Workspace | undefined =>
  WORKSPACES.find(({ folder }) => path.startsWith(`${folder}/`))
