// The target of the suites: the real application, in this process, against a gateway that serves the release under test.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type {
  CaseSubject,
  Planted,
  PlantingTarget,
  TargetModel,
  TargetOptions,
} from '../../../src/entrypoints/sdk/index.ts'
import { simulatedModelServer } from '../../simulated-model/server.ts'
import { SupportAgent } from './agent.ts'
import { loadAppRelease, type AppRelease } from './project.ts'

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

export async function createTarget(options: TargetOptions): Promise<PlantingTarget> {
  const release = loadAppRelease(options.projectFolder, options.manifestFile)
  let sessions = 0
  const run = async (agent: SupportAgent, turns: readonly string[], subject: CaseSubject, signal: AbortSignal) => {
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
  }
  // A fixed day: the same suite gives the same prompts on every run.
  const agentOf = (app: AppRelease, toolNote?: string): SupportAgent =>
    new SupportAgent({
      release: app,
      gatewayUrl: options.gatewayUrl,
      apiKey: options.apiKey,
      subjectToken: options.subjectToken,
      today: '2026-11-01',
      toolNote,
    })
  const agent = agentOf(release)
  return {
    run: (turns, subject, signal) => run(agent, turns, subject, signal),
    runPlanted: (planted, turns, subject, signal) => {
      const toolNote = planted.channel === 'tool-result' ? planted.text : undefined
      return run(agentOf(withPlanted(release, planted, subject), toolNote), turns, subject, signal)
    },
    close: async () => undefined,
  }
}

/** The release as an attacker would leave it: a document more in the shop's inbox, or a tool that says more of itself. */
function withPlanted(release: AppRelease, { channel, text }: Planted, subject: CaseSubject): AppRelease {
  if (channel === 'document') {
    const planted = { id: 'planted', title: text.slice(0, 60), tenant: subject.tenant, source: 'inbound', text }
    return { ...release, documents: [...release.documents, { ...planted, allowedRoles: subject.roles }] }
  }
  if (channel === 'tool-result') return release
  const [first, ...rest] = release.tools
  if (first === undefined) return release
  return { ...release, tools: [{ ...first, description: `${first.description} ${text}` }, ...rest] }
}
