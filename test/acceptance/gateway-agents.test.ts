// Budgets of agents' runs through a real gateway: steps, repeats and depth, in answers of models and for calls that are asked about.
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { API_KEY, startBareGateway, type BareGateway } from '../support/bare-gateway.ts'
import { LOOKUP_SCHEMA, MODEL, tinyManifest } from '../support/tiny-project.ts'

const PROMPTS = {
  planner: 'You plan.\n',
  finder: 'You find things for the planner.\n',
  deep: 'You dig for the finder.\n',
}
const MANIFEST = tinyManifest().replace(
  '  prompts:\n',
  `  agents:
    - { id: planner, model: main, prompts: [planner], tools: [lookup_order], delegates: [finder], maxSteps: 4, maxRepeats: 2 }
    - { id: finder, model: main, prompts: [finder], tools: [lookup_order], delegates: [deep], maxSteps: 4, maxRepeats: 2 }
    - { id: deep, model: main, prompts: [deep], tools: [lookup_order] }
  prompts:
    - { id: planner, path: prompts/planner.md }
    - { id: finder, path: prompts/finder.md }
    - { id: deep, path: prompts/deep.md }
`,
)

let gateway: BareGateway
beforeAll(async () => {
  gateway = await startBareGateway({ manifest: MANIFEST, prompts: PROMPTS })
})
afterAll(() => gateway[Symbol.asyncDispose]())

type Message = OpenAI.Chat.ChatCompletionMessageParam

interface Turn {
  /** Orders that the model wants to look up, in one answer. */
  readonly orders: readonly string[]
  readonly prompt?: string
  readonly history?: readonly Message[]
  readonly user?: string
  /** None: no verified user, so that no session is known. */
  readonly session?: string
}

/** What becomes of an answer with these calls: `allowed`, or the rule that withheld it. */
async function answer({
  orders,
  prompt = PROMPTS.planner,
  history = [],
  user = 'Find it.',
  session,
}: Turn): Promise<string> {
  gateway.provider.answer({
    kind: 'completion',
    choices: [
      {
        toolCalls: orders.map((order, at) => ({
          id: `call-${order}-${at}`,
          name: 'lookup_order',
          arguments: JSON.stringify({ order }),
        })),
      },
    ],
  })
  const client = new OpenAI({ apiKey: API_KEY, baseURL: `${gateway.url}/v1`, maxRetries: 0 })
  try {
    const { choices } = await client.chat.completions.create(
      {
        model: MODEL,
        messages: [{ role: 'system', content: prompt }, { role: 'user', content: user }, ...history],
        tools: [{ type: 'function', function: { name: 'lookup_order', parameters: LOOKUP_SCHEMA } }],
      },
      session === undefined ? {} : { headers: { 'Gatehouse-Subject': await gateway.subjectToken({ session }) } },
    )
    return choices[0]?.message.tool_calls === undefined ? 'no call' : 'allowed'
  } catch (error) {
    if (error instanceof OpenAI.APIError) return String(gateway.outcomes.at(-1)?.rule)
    throw error
  }
}

/** A turn of the past: one call and its result. */
const past = (order: string, id: string): readonly Message[] => [
  {
    role: 'assistant',
    content: null,
    tool_calls: [{ id, type: 'function', function: { name: 'lookup_order', arguments: `{ "order": "${order}" }` } }],
  },
  { role: 'tool', tool_call_id: id, content: 'open' },
]

describe('in the conversation that a request shows', () => {
  test('steps are spent by turns, however many calls a turn has', async () => {
    const three = [...past('1', 'a'), ...past('2', 'b'), ...past('3', 'c')]
    expect(await answer({ orders: ['4', '5', '6'], history: three })).toBe('allowed')
    expect(await answer({ orders: ['5'], history: [...three, ...past('4', 'd')] })).toBe(
      'tool/lookup_order/agent.steps',
    )
  })

  test('one call is made as often as it may, within an answer as well, and another one goes on', async () => {
    const twice = [...past('1', 'a'), ...past('1', 'b')]
    expect(await answer({ orders: ['1'], history: twice })).toBe('tool/lookup_order/agent.repeats')
    expect(await answer({ orders: ['2'], history: twice })).toBe('allowed')
    expect(await answer({ orders: ['2', '2', '2'] })).toBe('tool/lookup_order/agent.repeats')
  })

  test('the user’s next words begin a new run', async () => {
    const history: readonly Message[] = [...past('1', 'a'), ...past('1', 'b'), { role: 'user', content: 'Once more.' }]
    expect(await answer({ orders: ['1'], history })).toBe('allowed')
  })

  test('the denial names the rule and no argument', async () => {
    await answer({ orders: ['9-secret', '9-secret', '9-secret'] })
    const { rule, code, tools } = gateway.outcomes.at(-1) ?? {}
    expect([rule, code]).toEqual(['tool/lookup_order/agent.repeats', 'tool_call_denied'])
    expect(tools?.at(-1)).toMatchObject({
      decision: 'block',
      rule: 'agent.repeats',
      reason: 'this run has made the same call as often as it may',
    })
  })
})

describe('in a session', () => {
  test('a history that was cut short leaves no more steps', async () => {
    const cut = (id: string): readonly Message[] => past('0', id)
    const session = 'cut'
    expect(await answer({ orders: ['1'], session })).toBe('allowed')
    for (const order of ['2', '3', '4'])
      expect(await answer({ orders: [order], session, history: cut(order) })).toBe('allowed')
    expect(await answer({ orders: ['5'], session, history: cut('5') })).toBe('tool/lookup_order/agent.steps')
    expect(await answer({ orders: ['5'], session: 'other', history: cut('5') })).toBe('allowed')
  })

  test('a sub-agent spends from the run of the agent that calls it', async () => {
    const session = 'shared'
    expect(await answer({ orders: ['1'], session })).toBe('allowed')
    const sub = { prompt: PROMPTS.finder, user: 'Look up order 1.', session }
    expect(await answer({ ...sub, orders: ['1'] })).toBe('allowed')
    expect(await answer({ ...sub, orders: ['1'] })).toBe('tool/lookup_order/agent.repeats')
    // The user’s own next words give both a new run.
    expect(await answer({ orders: ['1'], session, user: 'Look again.' })).toBe('allowed')
    expect(await answer({ ...sub, orders: ['1'] })).toBe('allowed')
  })
})

test('an agent deeper than the manifest lets agents delegate makes no call', async () => {
  expect(await answer({ orders: ['1'], prompt: PROMPTS.deep })).toBe('tool/lookup_order/agent.depth')
})

describe('a call that is asked about before it is made', () => {
  interface Asked {
    readonly agent?: { readonly id: string; readonly depth?: number }
    readonly order?: string
    readonly messages?: readonly Message[]
    readonly session?: string
    readonly callId?: string
  }

  async function ask({ agent, order = '1', messages, session, callId }: Asked): Promise<string> {
    const headers: Record<string, string> =
      session === undefined ? {} : { 'Gatehouse-Subject': await gateway.subjectToken({ session }) }
    const body = { tool: 'lookup_order', arguments: { order }, messages, agent, callId }
    const reply = await gateway.post('/v1/authorize', body, headers)
    const answered = (await reply.json()) as { readonly decision?: string; readonly rule?: string }
    return answered.decision === 'allow' ? 'allow' : String(answered.rule)
  }

  test('is held to the budgets by the conversation beside it and by the session', async () => {
    const twice = [...past('1', 'a'), ...past('1', 'b')]
    expect(await ask({ messages: twice })).toBe('tool/lookup_order/agent.repeats')
    const session = 'asked'
    expect(await ask({ session })).toBe('allow')
    expect(await ask({ session })).toBe('allow')
    expect(await ask({ session })).toBe('tool/lookup_order/agent.repeats')
    expect(await ask({ session, order: '2' })).toBe('allow')
    expect(await ask({ session, order: '3' })).toBe('allow')
    expect(await ask({ session, order: '4' })).toBe('tool/lookup_order/agent.steps')
  })

  test('counts apart from the answer that proposed it', async () => {
    const session = 'both'
    for (const order of ['1', '1']) {
      expect(await answer({ orders: [order], session })).toBe('allowed')
      expect(await ask({ session })).toBe('allow')
    }
  })

  test('is one step with the other calls of its turn', async () => {
    const ids = ['p', 'q', 'r', 's', 't']
    const messages: readonly Message[] = [
      { role: 'user', content: 'All five.' },
      {
        role: 'assistant',
        content: null,
        tool_calls: ids.map((id) => ({
          id,
          type: 'function',
          function: { name: 'lookup_order', arguments: `{"order":"${id}"}` },
        })),
      },
    ]
    for (const id of ids) expect(await ask({ session: 'turn', messages, callId: id, order: id })).toBe('allow')
  })

  test('may say which agent makes it, and where that stands', async () => {
    expect(await ask({ agent: { id: 'planner' } })).toBe('allow')
    expect(await ask({ agent: { id: 'planner', depth: 0 } })).toBe('allow')
    expect(await ask({ agent: { id: 'planner', depth: 1 } })).toBe('tool/lookup_order/agent.depth')
    expect(await ask({ agent: { id: 'finder', depth: 1 } })).toBe('allow')
    expect(await ask({ agent: { id: 'finder', depth: 2 } })).toBe('tool/lookup_order/agent.depth')
    expect(await ask({ agent: { id: 'deep' } })).toBe('tool/lookup_order/agent.depth')
    expect(await ask({ agent: { id: 'nobody' } })).toBe('tool/lookup_order/agent.undeclared')
  })

  test('begins no run by words that a sub-agent may have been told, and gives no step back to the model', async () => {
    const session = 'words'
    const told = (words: string, agent?: Asked['agent']): Promise<string> =>
      ask({ session, messages: [{ role: 'user', content: words }], ...(agent === undefined ? {} : { agent }) })
    expect(await told('Find it.')).toBe('allow')
    expect(await told('Look up order 1.')).toBe('allow')
    expect(await told('Find it.')).toBe('tool/lookup_order/agent.repeats')
    expect(await told('Look up order 1.', { id: 'finder' })).toBe('tool/lookup_order/agent.repeats')
    // The agent that users speak to is named: these words are the user’s own.
    expect(await told('Find it again.', { id: 'planner' })).toBe('allow')
    for (const order of ['1', '2', '3', '4'])
      expect(await answer({ orders: [order], session: 'kept', history: order === '1' ? [] : past('0', order) })).toBe(
        'allowed',
      )
    const planner = { id: 'planner' }
    expect(await ask({ session: 'kept', agent: planner, messages: [{ role: 'user', content: 'Other words.' }] })).toBe(
      'allow',
    )
    expect(await answer({ orders: ['5'], session: 'kept', history: past('0', 'z') })).toBe(
      'tool/lookup_order/agent.steps',
    )
  })

  test('is a step of its own where an id comes again in another turn', async () => {
    const turn = (order: string): readonly Message[] => [
      { role: 'user', content: 'Go.' },
      past(order, 'call_0')[0] as Message,
    ]
    const said: string[] = []
    for (const order of ['1', '2', '3', '4', '5'])
      said.push(await ask({ session: 'again', order, callId: 'call_0', messages: turn(order) }))
    expect(said).toEqual(['allow', 'allow', 'allow', 'allow', 'tool/lookup_order/agent.steps'])
  })
})
