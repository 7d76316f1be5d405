// Runs one benchmark and writes its rows: node bench-worker.ts FILE ANSWER
import { writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { BenchFile } from '../bench-row.ts'

const [file, answer] = process.argv.slice(2) as [string, string]
const { name, run } = (await import(pathToFileURL(file).href)) as BenchFile
if (name !== basename(file, '.bench.ts')) throw new Error(`${file} exports the name ${name}, which is not its own`)
writeFileSync(answer, JSON.stringify(await run()))
