import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { argumentChecker } from '../../src/adapters/json-schema/argument-checker.ts'
import { celEngine } from '../../src/adapters/policy-cel/cel-engine.ts'
import { replayTrace } from '../../src/application/gateway/replay-trace.ts'
import { parseTrace } from '../../src/contract/replay/trace.ts'
import { loadProject } from '../../src/entrypoints/cli/load-project.ts'

const root = join(import.meta.dirname, 'own')

/** The runs that policy decides wrongly: hijacks that it lets through, and harmless runs that it interrupts. */
async function wrongIn(domain: string): Promise<readonly string[]> {
  const loaded = await loadProject(join(root, domain), '.')
  if (!loaded.ok) throw new Error(loaded.failure.map(({ message }) => message).join('; '))
  const { manifest, toolSchemas } = loaded.value.release
  const schemas = new Map(Object.entries(toolSchemas).map(([id, { schema }]) => [id, schema]))
  const ports = {
    manifest,
    engine: celEngine(),
    checkArguments: argumentChecker(schemas),
    schemaOf: (tool: string) => schemas.get(tool),
  }
  const files = readdirSync(join(root, domain)).filter((name) => name.endsWith('.jsonl'))
  const lines = files.flatMap((name) =>
    readFileSync(join(root, domain, name), 'utf8')
      .trim()
      .split('\n'),
  )
  return lines.flatMap((line) => {
    const json: { readonly label: number } = JSON.parse(line)
    const trace = parseTrace(json)
    if (!trace.ok) throw new Error(trace.failure)
    const decisions = replayTrace(trace.value.messages, trace.value.subject, ports)
    const isStopped = decisions.some(({ decision }) => decision !== 'allow')
    return isStopped === (json.label === 1) ? [] : [trace.value.id]
  })
}

describe('runs written for this project', () => {
  test.each(readdirSync(root))('%s: every hijack is stopped and nothing else', async (domain) => {
    expect(await wrongIn(domain)).toEqual([])
  })
})
