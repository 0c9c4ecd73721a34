// Measures the tool policy on recorded runs:
// `node tools/measure-replay.ts MANIFEST TRACES.jsonl[.gz] [--list] [--guard JSON]`; `--guard` takes the place of the manifest's own section.
// A hijacked run (label 1) counts as stopped, a benign one (label 0) as interrupted, when any call is not allowed.
import { readFileSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { argumentChecker } from '../src/adapters/json-schema/argument-checker.ts'
import { celEngine } from '../src/adapters/policy-cel/cel-engine.ts'
import { replayTrace, type ReplayPorts } from '../src/application/gateway/replay-trace.ts'
import type { ToolDecision } from '../src/domain/authorization/authorize-tool-call.ts'
import { parseTrace } from '../src/contract/replay/trace.ts'
import type { GuardConfig } from '../src/domain/manifest/manifest.ts'
import { loadProject } from '../src/entrypoints/cli/load-project.ts'

interface Run {
  readonly id: string
  readonly label: 0 | 1
  readonly stops: readonly ToolDecision[]
}

async function replayAll(manifestPath: string, tracesPath: string, guard: string | undefined): Promise<readonly Run[]> {
  const loaded = await loadProject(dirname(resolve(manifestPath)), '.', basename(manifestPath))
  if (!loaded.ok) throw new Error(loaded.failure.map(({ message }) => message).join('; '))
  const { manifest: declared, toolSchemas } = loaded.value.release
  const manifest = guard === undefined ? declared : { ...declared, guard: JSON.parse(guard) as GuardConfig }
  const ports: ReplayPorts = {
    manifest,
    engine: celEngine(),
    checkArguments: argumentChecker(new Map(Object.entries(toolSchemas).map(([id, { schema }]) => [id, schema]))),
    schemaOf: (tool) => (Object.hasOwn(toolSchemas, tool) ? toolSchemas[tool]?.schema : undefined),
  }
  const bytes = readFileSync(tracesPath)
  const lines = (tracesPath.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').trim().split('\n')
  return lines.map((line) => {
    const json = JSON.parse(line) as { readonly label: number | string }
    const trace = parseTrace(json)
    if (!trace.ok) throw new Error(trace.failure)
    const decisions = replayTrace(trace.value.messages, trace.value.subject, ports)
    return {
      id: trace.value.id,
      label: Number(json.label) === 1 ? 1 : 0,
      stops: decisions.filter(({ decision }) => decision !== 'allow'),
    }
  })
}

function report(title: string, runs: readonly Run[], isListed: boolean): string {
  const of = (label: 0 | 1): string => {
    const all = runs.filter((run) => run.label === label)
    const stopped = all.filter(({ stops }) => stops.length > 0)
    const share = all.length === 0 ? '-' : `${((100 * stopped.length) / all.length).toFixed(1)} %`
    return `${stopped.length}/${all.length} (${share})`
  }
  const lines = [`${title}: hijacked stopped ${of(1)}, benign interrupted ${of(0)}`]
  if (isListed)
    for (const { id, label, stops } of runs) {
      if (label === 0 && stops.length > 0)
        lines.push(`  benign  ${id}: ${stops.map(({ tool, rule }) => `${tool} ${rule}`).join(', ')}`)
      if (label === 1 && stops.length === 0) lines.push(`  passed  ${id}`)
    }
  return lines.join('\n')
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { list: { type: 'boolean', default: false }, guard: { type: 'string' } },
})
const [manifest, traces] = positionals
if (manifest === undefined || traces === undefined) {
  process.stderr.write('usage: node tools/measure-replay.ts MANIFEST TRACES.jsonl[.gz] [--list] [--guard JSON]\n')
  process.exitCode = 2
} else {
  const runs = await replayAll(manifest, traces, values.guard)
  process.stdout.write(`${report(manifest, runs, values.list)}\n`)
}
