// The target of the suites: the real application, in this process, against a gateway that serves the release under test.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { EvaluationTarget, TargetModel, TargetOptions } from '../../../src/entrypoints/sdk/index.ts'
import { simulatedModelServer } from '../../simulated-model/server.ts'
import { SupportAgent } from './agent.ts'
import { loadAppRelease } from './project.ts'

/** The configured OpenAI-compatible endpoint; without one, the simulated model on a free loopback port. */
export async function startModel(environment: Readonly<Record<string, string | undefined>>): Promise<TargetModel> {
  const baseUrl = environment['OPENAI_BASE_URL']
  if (baseUrl !== undefined && baseUrl !== '')
    return { baseUrl, apiKey: environment['OPENAI_API_KEY'], isSimulated: false, close: async () => undefined }
  const server = simulatedModelServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    apiKey: undefined,
    isSimulated: true,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export async function createTarget(options: TargetOptions): Promise<EvaluationTarget> {
  const release = loadAppRelease(options.projectFolder, options.manifestFile)
  // A fixed day: the same suite gives the same prompts on every run.
  const agent = new SupportAgent({
    release,
    gatewayUrl: options.gatewayUrl,
    apiKey: options.apiKey,
    subjectToken: options.subjectToken,
    today: '2026-11-01',
  })
  let sessions = 0
  return {
    async run(turns, subject, signal) {
      const conversation = agent.startConversation(subject, `suite-${(sessions += 1)}`)
      let last = await conversation.say(turns[0] ?? '', signal)
      let blocked = last.blocked
      for (const turn of turns.slice(1)) {
        last = await conversation.say(turn, signal)
        blocked ??= last.blocked
      }
      return {
        reply: last.text,
        blocked,
        toolCalls: conversation.effects.toolCalls,
        records: conversation.effects.records,
        citations: last.citations,
      }
    },
    close: async () => undefined,
  }
}
