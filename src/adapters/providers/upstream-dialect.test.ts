import { expect, test } from 'vitest'
import { messagesCodec } from '../../contract/anthropic/messages-codec.ts'
import { chatCodec } from '../../contract/openai/chat-codec.ts'
import { responsesCodec } from '../../contract/openai/responses-codec.ts'
import type { ClientCodec } from '../../contract/wire/client-codec.ts'
import type { UpstreamProtocol } from './transport/transport.ts'
import { dialectOf } from './upstream-dialect.ts'

const BOUNDS = ['max_tokens', 'max_completion_tokens', 'max_output_tokens'] as const
const messages = [{ role: 'user', content: 'Hi' }]

/** What of the answer's bound an upstream reads. */
function boundsSent(protocol: UpstreamProtocol, codec: ClientCodec, body: object): Record<string, unknown> {
  const request = codec.parse({ model: 'm', ...body })
  if (!request.ok) throw new Error(request.failure.message)
  const upstream = { id: 'a', protocol, basePath: '', region: undefined, models: undefined, apiVersion: undefined }
  const sent = dialectOf(upstream).body(request.value)
  if (!sent.ok) throw new Error(sent.failure.message)
  return Object.fromEntries(BOUNDS.flatMap((name) => (name in sent.value ? [[name, sent.value[name]]] : [])))
}

test.each<{ protocol: UpstreamProtocol; codec: ClientCodec; body: object; sent: object }>([
  { protocol: 'ollama', codec: chatCodec, body: { messages, max_completion_tokens: 77 }, sent: { max_tokens: 77 } },
  { protocol: 'ollama', codec: chatCodec, body: { messages, max_tokens: 77 }, sent: { max_tokens: 77 } },
  { protocol: 'ollama', codec: chatCodec, body: { messages, max_completion_tokens: null }, sent: {} },
  { protocol: 'ollama', codec: chatCodec, body: { messages }, sent: {} },
  { protocol: 'ollama', codec: responsesCodec, body: { input: 'Hi', max_output_tokens: 77 }, sent: { max_tokens: 77 } },
  { protocol: 'ollama', codec: messagesCodec, body: { messages, max_tokens: 77 }, sent: { max_tokens: 77 } },
  // Newer models of OpenAI take the one word, older servers the other: the client's own passes.
  {
    protocol: 'openai',
    codec: chatCodec,
    body: { messages, max_completion_tokens: 77 },
    sent: { max_completion_tokens: 77 },
  },
  { protocol: 'openai', codec: chatCodec, body: { messages, max_tokens: 77 }, sent: { max_tokens: 77 } },
  { protocol: 'openai', codec: messagesCodec, body: { messages, max_tokens: 77 }, sent: { max_completion_tokens: 77 } },
  { protocol: 'anthropic', codec: chatCodec, body: { messages, max_completion_tokens: 77 }, sent: { max_tokens: 77 } },
])('to $protocol the bound of $codec.protocol goes as $sent', ({ protocol, codec, body, sent }) => {
  expect(boundsSent(protocol, codec, body)).toEqual(sent)
})
