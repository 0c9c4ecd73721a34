// Express: POST /chat. Start with `node examples/guard/express.ts`.
import { Readable } from 'node:stream'
import express, { type Express } from 'express'
import { chat, conversationOf } from './chat.ts'

export function expressApp(): Express {
  const app = express()
  app.post('/chat', express.json({ limit: '1mb' }), (request, response) => {
    const conversation = conversationOf(request.body)
    if (conversation === undefined) return void response.status(400).json({ error: { code: 'invalid_request' } })
    const reply = chat(conversation)
    if (reply.isDenied)
      return void response.status(400).json({ error: { code: reply.denial.code, rule: reply.denial.rule } })
    response.type('text/plain')
    Readable.from(reply.text).pipe(response)
  })
  return app
}

if (import.meta.main) expressApp().listen(4190, '127.0.0.1')
