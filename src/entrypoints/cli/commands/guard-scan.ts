import { isJsonObject, parseJson, type JsonObject } from '../../../base/json.ts'
import type { GuardPolicy } from '../../../domain/guardrail/guard-policy.ts'
import { guardText } from '../../../domain/guardrail/guard-text.ts'
import { EXIT_CODE } from '../exit-code.ts'
import type { Terminal } from '../terminal.ts'
import { guardPolicyOf } from './guard-policy-option.ts'

export const LINE_BYTES_MAX = 8 * 1_048_576

/** `gatehouse guard scan` (CONTRACTS.md): one line out per line in, in order, streaming. */
export async function guardScanCommand(
  terminal: Terminal,
  options: { readonly preset: string; readonly manifest?: string | undefined },
): Promise<number> {
  const policy = await guardPolicyOf(terminal, options)
  if (policy === undefined) return EXIT_CODE.usage
  let number = 0
  for await (const line of linesOf(terminal.stdin)) {
    if (terminal.interrupted.aborted) return EXIT_CODE.interrupted
    number += 1
    terminal.out(`${JSON.stringify(scanLine(line, number, policy))}\n`)
    await terminal.drain()
  }
  return EXIT_CODE.pass
}

/** Undefined stands for a line that is too long to keep. */
export async function* linesOf(input: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer | undefined> {
  let parts: Buffer[] = []
  let length = 0
  const take = (): Buffer | undefined => {
    const line = length > LINE_BYTES_MAX ? undefined : Buffer.concat(parts)
    parts = []
    length = 0
    return line
  }
  for await (const bytes of input) {
    const chunk = Buffer.from(bytes)
    let from = 0
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      length += end - from
      if (length <= LINE_BYTES_MAX) parts.push(chunk.subarray(from, end))
      yield take()
      from = end + 1
    }
    length += chunk.length - from
    // An endless line must not fill the memory: what is over the bound is dropped, and the line reported.
    if (length <= LINE_BYTES_MAX) parts.push(chunk.subarray(from))
    else parts = []
  }
  if (length > 0) yield take()
}

function errorLine(id: string | null, line: number, code: string, message: string): JsonObject {
  return { id, line, error: { code, message } }
}

const decoder = new TextDecoder('utf-8', { fatal: true })

function scanLine(bytes: Buffer | undefined, number: number, policy: GuardPolicy): JsonObject {
  if (bytes === undefined) return errorLine(null, number, 'guard/line-too-long', `longer than ${LINE_BYTES_MAX} bytes`)
  let line: string
  try {
    line = decoder.decode(bytes)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return errorLine(null, number, 'guard/not-utf8', 'the line is not UTF-8')
  }
  const json = parseJson(line, LINE_BYTES_MAX)
  if (!json.ok) return errorLine(null, number, 'guard/bad-json', json.failure.message)
  if (!isJsonObject(json.value)) return errorLine(null, number, 'guard/bad-line', 'the line is no object')
  const { id, text, direction } = json.value
  const name = typeof id === 'string' ? id : null
  if (name === null || typeof text !== 'string')
    return errorLine(name, number, 'guard/bad-line', '`id` and `text` must be strings')
  if (direction !== undefined && direction !== 'input' && direction !== 'output')
    return errorLine(name, number, 'guard/bad-line', '`direction` must be `input` or `output`')
  const judgement = guardText(text, direction === 'output' ? policy.output : policy.input)
  return {
    id: name,
    action: judgement.action,
    score: judgement.score,
    findings: judgement.findings.map(({ detector, category, start, end, score }) => ({
      detector,
      category,
      start,
      end,
      score,
    })),
    ...(judgement.text === text || judgement.action === 'block' ? {} : { redacted: judgement.text }),
  }
}
