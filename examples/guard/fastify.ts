// Fastify: POST /chat. Start with `node examples/guard/fastify.ts`.
import { Readable } from 'node:stream'
import fastify, { type FastifyInstance } from 'fastify'
import { chat, conversationOf } from './chat.ts'

export function fastifyApp(): FastifyInstance {
  const app = fastify({ bodyLimit: 1_048_576 })
  app.post('/chat', async (request, reply) => {
    const conversation = conversationOf(request.body)
    if (conversation === undefined) return reply.code(400).send({ error: { code: 'invalid_request' } })
    const answer = chat(conversation)
    if (answer.isDenied) return reply.code(400).send({ error: { code: answer.denial.code, rule: answer.denial.rule } })
    return reply.type('text/plain; charset=utf-8').send(Readable.from(answer.text))
  })
  return app
}

if (import.meta.main) await fastifyApp().listen({ port: 4191, host: '127.0.0.1' })
