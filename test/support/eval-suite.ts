import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface EvalSuiteOptions {
  readonly cases: number
  /** Lines of the head beside those that every suite needs. */
  readonly head?: string
}

/** A suite of echo cases in a folder: every tenth expects what no echo says. */
export async function writeEvalSuite(folder: string, { cases, head = '' }: EvalSuiteOptions): Promise<string> {
  const lines = Array.from({ length: cases }, (_, at) =>
    JSON.stringify({
      id: `case-${at}`,
      turns: [`Say ${at % 10 === 9 ? 'nothing' : 'good'} number ${at}`],
      tags: [at % 2 === 0 ? 'even' : 'odd'],
      expect: [{ scorer: 'contains', any: ['good'] }],
    }),
  )
  await writeFile(join(folder, 'cases.jsonl'), `${lines.join('\n')}\n`)
  await writeFile(
    join(folder, 'suite.yaml'),
    `apiVersion: gatehouse.dev/v1
kind: Suite
metadata: { id: echo, version: 1.0.0, title: Echo }
purpose: quality
target: { type: echo }
seed: 7
cases: cases.jsonl
${head}`,
  )
  return 'suite.yaml'
}
