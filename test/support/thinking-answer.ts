import { MODEL } from './tiny-project.ts'

/** A block of an Anthropic answer. */
export type Block = { readonly type: string } & Readonly<Record<string, unknown>>

export const thinking = (text: string, signature: string): Block => ({ type: 'thinking', thinking: text, signature })
export const redacted = (data: string): Block => ({ type: 'redacted_thinking', data })
export const said = (text: string): Block => ({ type: 'text', text })
export const LOOK_UP: Block = { type: 'tool_use', id: 'toolu_1', name: 'lookup_order', input: { order: '1' } }

const HEAD = { id: 'm', type: 'message', role: 'assistant', model: MODEL }
export const USAGE = {
  input_tokens: 100,
  cache_read_input_tokens: 900,
  cache_creation_input_tokens: 50,
  output_tokens: 7,
}

/** The answer of an Anthropic provider, whole or as a stream. */
export function messageOf(blocks: readonly Block[], isStream: boolean): string {
  const reason = blocks.some(({ type }) => type === 'tool_use') ? 'tool_use' : 'end_turn'
  if (!isStream)
    return JSON.stringify({ ...HEAD, content: blocks, stop_reason: reason, stop_sequence: null, usage: USAGE })
  const events = [
    { type: 'message_start', message: { ...HEAD, content: [], usage: { ...USAGE, output_tokens: 1 } } },
    ...blocks.flatMap(streamed),
    {
      type: 'message_delta',
      delta: { stop_reason: reason, stop_sequence: null },
      usage: { output_tokens: USAGE.output_tokens },
    },
    { type: 'message_stop' },
  ]
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('')
}

function streamed(block: Block, index: number): readonly { readonly type: string }[] {
  const [empty, deltas] = piecesOf(block)
  return [
    { type: 'content_block_start', index, content_block: empty },
    ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index },
  ] as readonly { readonly type: string }[]
}

function piecesOf(block: Block): readonly [object, readonly object[]] {
  switch (block.type) {
    case 'thinking': {
      const text = String(block['thinking'])
      return [
        { type: 'thinking', thinking: '', signature: '' },
        [
          ...(text === '' ? [] : [{ type: 'thinking_delta', thinking: text }]),
          { type: 'signature_delta', signature: block['signature'] },
        ],
      ]
    }
    case 'text':
      return [{ type: 'text', text: '' }, [{ type: 'text_delta', text: block['text'] }]]
    case 'tool_use':
      return [{ ...block, input: {} }, [{ type: 'input_json_delta', partial_json: JSON.stringify(block['input']) }]]
    default:
      return [block, []]
  }
}

/** The blocks that a client is told. */
export function blocksIn(body: string): readonly Block[] {
  if (body.startsWith('{')) return (JSON.parse(body) as { readonly content: readonly Block[] }).content
  const blocks: ({ type: string } & Record<string, unknown>)[] = []
  for (const line of body.split('\n')) {
    if (!line.startsWith('data: ')) continue
    const event = JSON.parse(line.slice(6)) as {
      readonly type: string
      readonly index: number
      readonly content_block: Block
      readonly delta: Readonly<Record<string, string>>
    }
    if (event.type === 'content_block_start') blocks[event.index] = { ...event.content_block }
    if (event.type !== 'content_block_delta') continue
    const block = blocks[event.index]!
    const { type, ...delta } = event.delta
    if (type === 'input_json_delta') block['input'] = JSON.parse(delta['partial_json'] ?? '')
    else for (const [name, text] of Object.entries(delta)) block[name] = `${String(block[name])}${text}`
  }
  return blocks
}
