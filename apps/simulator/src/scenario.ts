import { ok, type Result, refuse } from '@velocimex/core/result'
import { checkSchema, issuesText } from '@velocimex/host/config/schema-issues'
import { faultOfCall } from './control-server.ts'
import { type Fault, faultSchema } from './fault-plan.ts'

/**
 * One line of a scenario.
 *
 *     T +250ms           wait
 *     I <frame>          send a frame to every open socket
 *     E <text>           wait until a client has sent something that contains the text
 *     F {"on":"frame","match":"depthUpdate","kind":"drop"}
 *     C /silence {"on":true}   a call of the control surface: silence, skew, halt, line, funding, deposit, close
 *     X [code]           close every socket; 1006 cuts them without a word
 *     # ...              a comment
 */
export type ScenarioStep =
  | { readonly kind: 'wait'; readonly milliseconds: number }
  | { readonly kind: 'inject'; readonly frame: string }
  | { readonly kind: 'expect'; readonly text: string }
  | { readonly kind: 'fault'; readonly fault: Fault }
  | { readonly kind: 'control'; readonly call: string; readonly body: unknown }
  | { readonly kind: 'close'; readonly code: number }

/** Reads a scenario. The words of a refusal name the line and what would be right. */
export function readScenario(text: string): Result<readonly ScenarioStep[], 'malformed'> & { readonly words?: string } {
  const steps: ScenarioStep[] = []
  for (const [at, line] of text.split('\n').entries()) {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#')) continue
    const step = stepOf(trimmed)
    if (typeof step === 'string') return { ...refuse('malformed'), words: `line ${at + 1}: ${step}` }
    steps.push(step)
  }
  return ok(steps)
}

/** @returns the step, or what is wrong with the line */
function stepOf(line: string): ScenarioStep | string {
  const rest = line.slice(1).trim()
  switch (line[0]) {
    case 'T': {
      const wait = /^\+(\d{1,7})(ms|s)$/.exec(rest)
      if (wait === null) return 'T wants a time such as +250ms or +2s'
      return { kind: 'wait', milliseconds: Number(wait[1]) * (wait[2] === 's' ? 1000 : 1) }
    }
    case 'I':
      return rest === '' ? 'I wants a frame' : { kind: 'inject', frame: rest }
    case 'E':
      return rest === '' ? 'E wants a text' : { kind: 'expect', text: rest }
    case 'X': {
      const code = rest === '' ? 1006 : Number(rest)
      return Number.isInteger(code) && code >= 1000 && code < 5000
        ? { kind: 'close', code }
        : 'X wants a close code, 1000 to 4999'
    }
    case 'F':
      return faultOf(rest)
    case 'C':
      return controlOf(rest)
    default:
      return `a line begins with T, I, E, F, C, X or #, not with ${line[0]}`
  }
}

function faultOf(text: string): ScenarioStep | string {
  try {
    const checked = checkSchema(faultSchema, JSON.parse(text), Object.keys(faultSchema.shape))
    return checked.ok ? { kind: 'fault', fault: checked.value } : `F: ${issuesText(checked.issues)}`
  } catch {
    return 'F wants a JSON object'
  }
}

function controlOf(text: string): ScenarioStep | string {
  const [, path, json] = /^(\/[a-z]+)(?:\s+(.*))?$/.exec(text) ?? []
  if (path === undefined) return 'C wants a call such as /silence {"on":true}'
  try {
    const body: unknown = JSON.parse(json ?? '{}')
    const call = `POST ${path}`
    const words = faultOfCall(call, body)
    return words === undefined ? { kind: 'control', call, body } : `C: ${words}`
  } catch {
    return `C ${path} wants a JSON object`
  }
}

/** What a scenario works on. */
export interface ScenarioStage {
  wait(milliseconds: number): Promise<void>
  inject(frame: string): void
  /** Resolves when a client has sent something that contains the text. */
  expect(text: string): Promise<void>
  fault(fault: Fault): void
  close(code: number): void
  /** Does what a call of the control surface says. @param call as `POST /silence` */
  control(call: string, body: unknown): void
}

/** Plays a scenario once. */
export async function playScenario(steps: readonly ScenarioStep[], stage: ScenarioStage): Promise<void> {
  for (const step of steps) {
    if (step.kind === 'wait') await stage.wait(step.milliseconds)
    else if (step.kind === 'expect') await stage.expect(step.text)
    else if (step.kind === 'inject') stage.inject(step.frame)
    else if (step.kind === 'fault') stage.fault(step.fault)
    else if (step.kind === 'control') stage.control(step.call, step.body)
    else stage.close(step.code)
  }
}
