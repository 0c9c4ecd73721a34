import type { OperationName } from '../../src/contract/http/operations.ts'

/** What a gateway asks of the control plane. */
export interface GatewayCall {
  readonly operation: OperationName
  readonly input: Readonly<Record<string, unknown>>
}

/** One command of the scenario: who gives it, the words, and what of its answer later commands name. */
export interface ScenarioStep {
  readonly who: string
  readonly line: string
  /** First group of the expression that stands in what was printed, under a name. */
  readonly save?: readonly [name: string, from: RegExp] | undefined
  /** With which code it ends. */
  readonly code: number
  /** What a gateway hands in before the command, at this moment. */
  readonly before?: ((now: number) => GatewayCall) | undefined
}

type More = Partial<Pick<ScenarioStep, 'save' | 'code' | 'before'>>

/** Steps of one person. */
export const by =
  (who: string) =>
  (line: string, more: More | ScenarioStep['save'] = {}): ScenarioStep => ({
    who,
    line,
    code: 0,
    ...(Array.isArray(more) ? { save: more as unknown as ScenarioStep['save'] } : (more as More)),
  })

/** The words of a line; double quotes hold words together. */
export function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
}
