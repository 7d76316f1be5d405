import type { Outcome } from './outcome.ts'
import { runTestFile } from './test-file.ts'

/** Files that run at the same time. */
const AT_ONCE = 2
/** What one file may take. */
const FILE_MILLISECONDS = 300_000

/** Paths reduced to what people say: `packages/core/src/book/ladder.test.ts` is `core/book/ladder.test.ts`. */
const spoken = (path: string): string => path.replace(/^(packages|apps)\//, '').replace('/src/', '/')

/** The files whose path, or its spoken form, contains one of the words; all of them without words. */
export const chooseTests = (files: readonly string[], words: readonly string[]): string[] =>
  files.filter(file => words.length === 0 || words.some(word => file.includes(word) || spoken(file).includes(word)))

/** Runs test files, two at a time. @param told called when a file is through */
export async function runTests(
  root: string,
  files: readonly string[],
  told: (file: string, outcomes: readonly Outcome[]) => void,
  milliseconds: number = FILE_MILLISECONDS,
): Promise<Outcome[]> {
  const all: Outcome[] = []
  const waiting = [...files]
  const work = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const outcomes = await runTestFile(root, file, milliseconds)
      all.push(...outcomes)
      told(file, outcomes)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return all
}
