// The target of the suites: this application, in the gate's process, against a gateway that serves the release under test.
import type { EvaluationTarget, TargetModel, TargetOptions } from 'gatehouse/sdk'
import { Agent } from './agent.ts'
import { startSimulatedModel } from './model-server.ts'

/** The configured OpenAI-compatible endpoint; without one, the simulated model on a free loopback port. */
export async function startModel(environment: Readonly<Record<string, string | undefined>>): Promise<TargetModel> {
  const baseUrl = environment['OPENAI_BASE_URL']
  if (baseUrl !== undefined && baseUrl !== '')
    return { baseUrl, apiKey: environment['OPENAI_API_KEY'], isSimulated: false, close: async () => undefined }
  const model = await startSimulatedModel(0)
  return { baseUrl: `${model.url}/v1`, apiKey: undefined, isSimulated: true, close: model.close }
}

export async function createTarget({
  gatewayUrl,
  apiKey,
  subjectToken,
  release,
}: TargetOptions): Promise<EvaluationTarget> {
  // Another manifest is proven with its own model and prompt: `prompt diff --suite` and `upgrade` compare two of them.
  const agent = new Agent({
    gatewayUrl,
    apiKey,
    subjectToken,
    model: release.models[0]?.model,
    prompt: release.prompts['system'],
  })
  let sessions = 0
  return {
    async run(turns, subject, signal) {
      const { text, blocked, citations, effects } = await agent.converse(
        turns,
        { ...subject, session: `suite-${(sessions += 1)}` },
        signal,
      )
      return { reply: text, blocked, citations, toolCalls: effects.toolCalls, records: effects.records }
    },
    close: async () => undefined,
  }
}
