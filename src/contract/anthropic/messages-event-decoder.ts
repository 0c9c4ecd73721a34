import { TOOL_CALLS_MAX, type ModelEvent, type Usage } from '../../application/gateway/model-event.ts'
import { asCount, asFields, asText, fieldsOfJson, type EventDecoder, type Fields } from '../wire/event-decoder.ts'
import { inputUsage } from './messages-usage.ts'
import { finishOfStop, stopSequenceOf } from './stop-reason.ts'

interface OpenBlock {
  readonly kind: 'text' | 'thinking' | 'redacted' | 'tool'
  readonly tool: number
  hasArguments: boolean
}

/** The events of an Anthropic messages stream. */
export function messagesEventDecoder(): EventDecoder {
  const decoder = new MessagesDecoder()
  return { push: (data, events) => decoder.push(data, events) }
}

class MessagesDecoder {
  readonly #blocks = new Map<number, OpenBlock>()
  #tools = 0
  #input: Omit<Usage, 'outputTokens'> = { inputTokens: 0 }

  push(data: string, events: ModelEvent[]): boolean {
    const fields = fieldsOfJson(data)
    switch (fields?.['type']) {
      case 'message_start':
        return this.#start(asFields(fields['message']), events)
      case 'content_block_start':
        return this.#open(asCount(fields['index']), asFields(fields['content_block']), events)
      case 'content_block_delta':
        return this.#delta(asCount(fields['index']), asFields(fields['delta']), events)
      case 'content_block_stop':
        return this.#close(asCount(fields['index']), events)
      case 'message_delta':
        return this.#end(fields, events)
      case 'ping':
      case 'message_stop':
        return true
      default:
        // An error of the provider, and what this gateway does not know.
        return false
    }
  }

  #start(message: Fields | undefined, events: ModelEvent[]): boolean {
    const id = asText(message?.['id'])
    const model = asText(message?.['model'])
    if (id === undefined || model === undefined) return false
    this.#input = inputUsage(asFields(message?.['usage']))
    events.push({ kind: 'start', id, model, created: 0 })
    events.push({ kind: 'text', choice: 0, text: '' })
    return true
  }

  #open(index: number | undefined, block: Fields | undefined, events: ModelEvent[]): boolean {
    if (index === undefined || block === undefined) return false
    switch (block['type']) {
      case 'text':
        this.#blocks.set(index, { kind: 'text', tool: 0, hasArguments: false })
        return say('text', block['text'], events)
      case 'thinking':
        this.#blocks.set(index, { kind: 'thinking', tool: 0, hasArguments: false })
        return say('reasoning', block['thinking'], events)
      case 'redacted_thinking':
        return this.#openRedacted(index, asText(block['data']), events)
      case 'tool_use':
        return this.#openTool(index, block, events)
      default:
        return false
    }
  }

  #openRedacted(index: number, data: string | undefined, events: ModelEvent[]): boolean {
    if (data !== undefined) events.push({ kind: 'reasoning-opaque', choice: 0, data })
    this.#blocks.set(index, { kind: 'redacted', tool: 0, hasArguments: false })
    return true
  }

  #openTool(index: number, block: Fields, events: ModelEvent[]): boolean {
    const id = asText(block['id'])
    const name = asText(block['name'])
    if (id === undefined || name === undefined || this.#tools >= TOOL_CALLS_MAX) return false
    const tool = this.#tools++
    events.push({ kind: 'tool-call', choice: 0, index: tool, id, name })
    const input = asFields(block['input'])
    const hasArguments = input !== undefined && Object.keys(input).length > 0
    if (hasArguments) events.push({ kind: 'tool-arguments', choice: 0, index: tool, text: JSON.stringify(input) })
    this.#blocks.set(index, { kind: 'tool', tool, hasArguments })
    return true
  }

  #delta(index: number | undefined, delta: Fields | undefined, events: ModelEvent[]): boolean {
    const block = this.#blocks.get(index ?? -1)
    if (block === undefined || delta === undefined) return false
    switch (delta['type']) {
      case 'text_delta':
        return block.kind === 'text' && say('text', delta['text'], events)
      case 'thinking_delta':
        return block.kind === 'thinking' && say('reasoning', delta['thinking'], events)
      case 'signature_delta': {
        const seal = asText(delta['signature'])
        if (seal === undefined || block.kind !== 'thinking') return false
        events.push({ kind: 'reasoning-seal', choice: 0, seal })
        return true
      }
      case 'input_json_delta': {
        const text = asText(delta['partial_json'])
        if (text === undefined || block.kind !== 'tool') return false
        if (text !== '') events.push({ kind: 'tool-arguments', choice: 0, index: block.tool, text })
        block.hasArguments ||= text !== ''
        return true
      }
      case 'citations_delta':
        return true
      default:
        return false
    }
  }

  #close(index: number | undefined, events: ModelEvent[]): boolean {
    const block = this.#blocks.get(index ?? -1)
    if (block === undefined) return false
    if (block.kind === 'tool' && !block.hasArguments)
      events.push({ kind: 'tool-arguments', choice: 0, index: block.tool, text: '{}' })
    return true
  }

  #end(fields: Fields, events: ModelEvent[]): boolean {
    const delta = asFields(fields['delta'])
    const reason = asText(delta?.['stop_reason'])
    const outputTokens = asCount(asFields(fields['usage'])?.['output_tokens'])
    if (reason !== undefined) {
      const stopSequence = stopSequenceOf(reason, delta?.['stop_sequence'])
      events.push({ kind: 'finish', choice: 0, reason: finishOfStop(reason), stopSequence })
    }
    if (outputTokens !== undefined) events.push({ kind: 'usage', ...this.#input, outputTokens })
    return true
  }
}

function say(kind: 'text' | 'reasoning', text: unknown, events: ModelEvent[]): boolean {
  if (typeof text !== 'string') return false
  if (text !== '') events.push({ kind, choice: 0, text })
  return true
}
