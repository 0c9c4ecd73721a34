// Hono: POST /chat. The app itself runs on edge runtimes as well. Start with `node examples/guard/hono.ts`.
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { streamText } from 'hono/streaming'
import { chat, conversationOf } from './chat.ts'

export function honoApp(): Hono {
  const app = new Hono()
  app.post('/chat', bodyLimit({ maxSize: 1_048_576 }), async (context) => {
    const conversation = conversationOf(await context.req.json().catch(() => undefined))
    if (conversation === undefined) return context.json({ error: { code: 'invalid_request' } }, 400)
    const reply = chat(conversation)
    if (reply.isDenied) return context.json({ error: { code: reply.denial.code, rule: reply.denial.rule } }, 400)
    return streamText(context, async (stream) => {
      for await (const piece of reply.text) await stream.write(piece)
    })
  })
  return app
}

if (import.meta.main) serve({ fetch: honoApp().fetch, port: 4192, hostname: '127.0.0.1' })
