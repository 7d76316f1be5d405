import type { Rule } from './project.ts'
import { ambient } from './rules/ambient.ts'
import { cycles } from './rules/cycles.ts'
import { dead } from './rules/dead.ts'
import { direction } from './rules/direction.ts'
import { docs } from './rules/docs.ts'
import { folders } from './rules/folders.ts'
import { names } from './rules/names.ts'
import { size } from './rules/size.ts'
import { unfinished } from './rules/unfinished.ts'

/** The rules of the house that a program can check. */
export const RULES: readonly Rule[] = [direction, cycles, ambient, size, docs, dead, names, unfinished, folders]
