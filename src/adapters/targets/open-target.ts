import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TrialTarget } from '../../application/evaluation/trial-target.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { TargetConfig } from '../../contract/suite/target-schema.ts'
import { cassetteTarget } from '../cassette/cassette.ts'
import { monotonicMs } from '../clock/system-clock.ts'
import { anthropicTarget } from './anthropic-target.ts'
import { httpTarget } from './http-target.ts'
import { functionTarget } from './module-target.ts'
import { openAiTarget } from './openai-target.ts'
import { commandTarget } from './process-target.ts'
import type { TargetPorts } from './target-ports.ts'

/** The target that a configuration describes, ready for trials. */
export async function openTarget(config: TargetConfig, ports: TargetPorts): Promise<Result<TrialTarget, Problem>> {
  const missing = variablesOf(config).find((name) => (ports.environment[name] ?? '') === '')
  if (missing !== undefined)
    return fail({
      code: 'target/no-variable',
      message: `the target reads the environment variable \`${missing}\`, which is not set`,
      next: `set \`${missing}\`, or take its name out of the target`,
    })
  switch (config.type) {
    case 'openai':
      return ok(openAiTarget(config, ports))
    case 'anthropic':
      return ok(anthropicTarget(config, ports))
    case 'http':
      return ok(httpTarget(config, ports))
    case 'command':
      return ok(commandTarget(config, ports))
    case 'function':
      return functionTarget(config, ports)
    case 'mcp':
      return (await import('./mcp-target.ts')).mcpTarget(config, ports)
    case 'cassette':
      return cassetteTarget(resolve(ports.folder, config.path))
    case 'echo':
      return ok(echoTarget(config.delayMs ?? 0))
  }
}

/** The variables that a target names itself: without one it would ask as somebody else. */
function variablesOf(config: TargetConfig): readonly string[] {
  if (config.type === 'http') return Object.values(config.headersFrom ?? {})
  return 'apiKeyFrom' in config && config.apiKeyFrom !== undefined ? [config.apiKeyFrom] : []
}

/** Says the last user message again: for trying out suites, and for measuring the runner itself. */
function echoTarget(delayMs: number): TrialTarget {
  return {
    identity: { type: 'echo', delayMs },
    isSimulated: true,
    async run({ suiteCase }) {
      const startedMs = monotonicMs()
      if (delayMs > 0) await sleep(delayMs)
      return {
        kind: 'observed',
        observation: {
          reply: suiteCase.turns.at(-1) ?? '',
          blocked: null,
          toolCalls: [],
          records: [],
          citations: [],
          ...(delayMs > 0 ? { timing: { latencyMs: monotonicMs() - startedMs, lagMs: 0, isCached: false } } : {}),
        },
      }
    },
    close: async () => undefined,
  }
}
