import { LOOKUP_SCHEMA, MODEL, systemText } from './tiny-project.ts'

/** A text at one place of a request; every place is one that a model reads. */
export interface Placed {
  readonly slot?: string
  readonly earlierUser?: string
  readonly assistant?: string
  readonly callArguments?: string
  readonly callId?: string
  readonly toolResult?: string
  readonly lastUser?: string
  readonly secondPart?: string
  readonly image?: string
  readonly toolDescription?: string
  readonly setting?: string
}

export interface ClientWire {
  readonly path: string
  readonly request: (placed: Placed, options: { readonly isStream: boolean; readonly choices?: number }) => object
  /** Places that this wire has no words for. */
  readonly lacks: readonly (keyof Placed)[]
}

const parts = ({ lastUser = 'Hi', secondPart }: Placed): readonly string[] =>
  secondPart === undefined ? [lastUser] : [lastUser, secondPart]
const args = (text: string | undefined): string => JSON.stringify({ order: text ?? '1' })

const chat: ClientWire = {
  path: '/v1/chat/completions',
  lacks: [],
  request: (placed, { isStream, choices = 1 }) => ({
    model: MODEL,
    stream: isStream,
    n: choices,
    ...(placed.setting === undefined ? {} : { user: placed.setting }),
    messages: [
      { role: 'system', content: systemText(placed.slot) },
      { role: 'user', content: placed.earlierUser ?? 'Hello' },
      { role: 'assistant', content: placed.assistant ?? 'One moment.' },
      { role: 'user', content: 'Look it up' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          {
            id: placed.callId ?? 'call_1',
            type: 'function',
            function: { name: 'lookup_order', arguments: args(placed.callArguments) },
          },
        ],
      },
      { role: 'tool', tool_call_id: placed.callId ?? 'call_1', content: placed.toolResult ?? 'found' },
      {
        role: 'user',
        content: [
          ...parts(placed).map((text) => ({ type: 'text', text })),
          ...(placed.image === undefined ? [] : [{ type: 'image_url', image_url: { url: placed.image } }]),
        ],
      },
    ],
    tools: [
      {
        type: 'function',
        function: { name: 'lookup_order', parameters: LOOKUP_SCHEMA, ...described(placed) },
      },
    ],
  }),
}

const responses: ClientWire = {
  path: '/v1/responses',
  lacks: [],
  request: (placed, { isStream }) => ({
    model: MODEL,
    stream: isStream,
    instructions: systemText(placed.slot),
    ...(placed.setting === undefined ? {} : { user: placed.setting }),
    input: [
      { role: 'user', content: placed.earlierUser ?? 'Hello' },
      { role: 'assistant', content: placed.assistant ?? 'One moment.' },
      { role: 'user', content: 'Look it up' },
      {
        type: 'function_call',
        call_id: placed.callId ?? 'call_1',
        name: 'lookup_order',
        arguments: args(placed.callArguments),
      },
      {
        type: 'function_call_output',
        call_id: placed.callId ?? 'call_1',
        output: placed.toolResult ?? 'found',
      },
      {
        role: 'user',
        content: [
          ...parts(placed).map((text) => ({ type: 'input_text', text })),
          ...(placed.image === undefined ? [] : [{ type: 'input_image', image_url: placed.image }]),
        ],
      },
    ],
    tools: [{ type: 'function', name: 'lookup_order', parameters: LOOKUP_SCHEMA, ...described(placed) }],
  }),
}

const messages: ClientWire = {
  path: '/v1/messages',
  // Its settings hold no text that an OpenAI-compatible provider has a word for.
  lacks: ['setting'],
  request: (placed, { isStream }) => ({
    model: MODEL,
    stream: isStream,
    max_tokens: 100,
    system: systemText(placed.slot),
    messages: [
      { role: 'user', content: placed.earlierUser ?? 'Hello' },
      { role: 'assistant', content: placed.assistant ?? 'One moment.' },
      { role: 'user', content: 'Look it up' },
      {
        role: 'assistant',
        content: [
          {
            type: 'tool_use',
            id: placed.callId ?? 'call_1',
            name: 'lookup_order',
            input: { order: placed.callArguments ?? '1' },
          },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: placed.callId ?? 'call_1', content: placed.toolResult ?? 'found' },
          ...parts(placed).map((text) => ({ type: 'text', text })),
          ...(placed.image === undefined ? [] : [{ type: 'image', source: { type: 'url', url: placed.image } }]),
        ],
      },
    ],
    tools: [{ name: 'lookup_order', input_schema: LOOKUP_SCHEMA, ...described(placed) }],
  }),
}

function described({ toolDescription }: Placed): object {
  return toolDescription === undefined ? {} : { description: toolDescription }
}

export const WIRES: Readonly<Record<string, ClientWire>> = { chat, responses, messages }

/** Everything that an answer says, streamed or not, put together: each row of texts at the same place in one. */
export function saidIn(body: string): string {
  const events = body.startsWith('{')
    ? [body]
    : body.split('\n').flatMap((line) => (line.startsWith('data: {') ? [line.slice(6)] : []))
  const rows = new Map<string, string>()
  const walk = (value: unknown, place: string): void => {
    if (typeof value === 'string') rows.set(place, (rows.get(place) ?? '') + value)
    else if (typeof value === 'object' && value !== null)
      for (const [name, member] of Object.entries(value)) {
        const index = 'index' in value && typeof value.index === 'number' ? `#${value.index}` : ''
        walk(member, `${place}${index}.${name}`)
      }
  }
  for (const event of events) walk(JSON.parse(event), '')
  return [...rows.values()].join('\n')
}
