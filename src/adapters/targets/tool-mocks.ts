import { canonicalJson, type Json } from '../../base/json.ts'
import type { ToolMock } from '../../domain/evaluation/suite.ts'

/** What a mocked tool answers; an error as the model would see it when no mock fits. */
export function mockResult(tools: readonly ToolMock[], name: string, args: Readonly<Record<string, unknown>>): Json {
  const tool = tools.find((candidate) => candidate.name === name)
  if (tool === undefined) return { error: `no tool is named ${name}` }
  const result = tool.results.find(({ when }) =>
    Object.entries(when ?? {}).every(([key, value]) => sameJson(args[key] as Json | undefined, value)),
  )
  return result === undefined ? { error: 'the tool has no answer to these arguments' } : result.result
}

function sameJson(left: Json | undefined, right: Json | undefined): boolean {
  if (left === undefined || right === undefined) return left === right
  const [one, other] = [canonicalJson(left), canonicalJson(right)]
  return one.ok && other.ok && one.value === other.value
}
