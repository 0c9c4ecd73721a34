import { createReadStream } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { argumentChecker } from '../../../adapters/json-schema/argument-checker.ts'
import { errnoOf } from '../../../adapters/files/errno.ts'
import { celEngine } from '../../../adapters/policy-cel/cel-engine.ts'
import { replayTrace, type ReplayPorts } from '../../../application/gateway/replay-trace.ts'
import { parseJson, type JsonObject } from '../../../base/json.ts'
import { ok, type Problem, type Result } from '../../../base/result.ts'
import { parseTrace } from '../../../contract/replay/trace.ts'
import { computeTier } from '../../../domain/manifest/compute-tier.ts'
import type { PolicyPack } from '../../../domain/policy/policy-pack.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { loadPacks } from '../load-packs.ts'
import { loadProject } from '../load-project.ts'
import { reportProblems } from '../report-problems.ts'
import type { Terminal } from '../terminal.ts'
import { LINE_BYTES_MAX, linesOf } from './guard-scan.ts'

/** `gatehouse guard replay` (CONTRACTS.md): one line out per recorded run, in order; a bad line gives an error record. */
export async function guardReplayCommand(
  terminal: Terminal,
  options: { readonly manifest: string; readonly traces?: string | undefined },
): Promise<number> {
  const path = resolve(terminal.workingFolder, options.manifest)
  const loaded = await loadProject(dirname(path), '.', basename(path))
  if (!loaded.ok) {
    reportProblems(terminal, loaded.failure)
    return EXIT_CODE.usage
  }
  const { release } = loaded.value
  const packs = await requestPacks(dirname(path), release.manifest.policies ?? [])
  if (!packs.ok) {
    reportProblems(terminal, packs.failure)
    return EXIT_CODE.usage
  }
  const schemas = new Map(Object.entries(release.toolSchemas).map(([id, { schema }]) => [id, schema]))
  const ports: ReplayPorts = {
    manifest: release.manifest,
    engine: celEngine(),
    checkArguments: argumentChecker(schemas),
    schemaOf: (tool) => schemas.get(tool),
    requestPolicy: {
      packs: packs.value,
      tier: computeTier(release.manifest).tier,
      environment: 'replay',
      manifest: release.raw,
    },
  }
  const input: AsyncIterable<Uint8Array> =
    options.traces === undefined ? terminal.stdin : createReadStream(resolve(terminal.workingFolder, options.traces))
  let number = 0
  try {
    for await (const line of linesOf(input)) {
      if (terminal.interrupted.aborted) return EXIT_CODE.interrupted
      number += 1
      terminal.out(`${JSON.stringify(replayLine(line, number, ports))}\n`)
      await terminal.drain()
    }
  } catch (error) {
    if (errnoOf(error) === undefined) throw error
    reportProblems(terminal, [
      {
        code: 'files/unreadable',
        message: `\`${options.traces ?? ''}\` cannot be read (${errnoOf(error) ?? ''})`,
        next: 'check the path',
      },
    ])
    return EXIT_CODE.usage
  }
  return EXIT_CODE.pass
}

/** Packs of the manifest that read requests. A pack that is named and not there is an error, as it is at the gate. */
async function requestPacks(
  folder: string,
  names: readonly string[],
): Promise<Result<readonly PolicyPack[], readonly Problem[]>> {
  const loaded = await loadPacks(folder, names)
  return loaded.ok ? ok(loaded.value.map(({ pack }) => pack).filter(({ scope }) => scope === 'request')) : loaded
}

function replayLine(bytes: Buffer | undefined, line: number, ports: ReplayPorts): JsonObject {
  const failed = (code: string, message: string): JsonObject => ({ id: null, line, error: { code, message } })
  if (bytes === undefined) return failed('guard/line-too-long', `longer than ${LINE_BYTES_MAX} bytes`)
  const json = parseJson(bytes.toString('utf8'), LINE_BYTES_MAX)
  if (!json.ok) return failed('guard/bad-json', json.failure.message)
  const trace = parseTrace(json.value)
  if (!trace.ok) return failed('guard/bad-trace', trace.failure)
  const decisions = replayTrace(trace.value.messages, trace.value.subject, ports)
  return {
    id: trace.value.id,
    // An approval counts as an interruption: somebody has to be asked.
    interrupted: decisions.some(({ decision }) => decision !== 'allow'),
    calls: decisions.map(({ callId, tool, decision, rule, reason }) => ({
      id: callId,
      name: tool,
      decision,
      rule,
      reason,
    })),
  }
}
