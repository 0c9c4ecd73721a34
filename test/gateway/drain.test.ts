// The end of a gateway: what runs may end, and what outlasts the drain is cut off, told as broken and on record.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { askOver, gatewayBefore, requestIdOf, shippedLines } from '../support/faulty-gateway.ts'
import { CHUNKED, head, piece, startScriptedUpstream, type ScriptedUpstream } from '../support/scripted-upstream.ts'
import { eventually } from '../support/temp-folder.ts'

let open: AsyncDisposableStack
let upstream: ScriptedUpstream
beforeEach(async () => {
  open = new AsyncDisposableStack()
  upstream = open.use(await startScriptedUpstream())
})
afterEach(() => open.disposeAsync())

describe('a request that outlasts the drain', () => {
  test.each([true, false])('is cut off, never as a clean end, and is on record, streamed: %s', async (isStream) => {
    upstream.answer((socket) => {
      socket.write(`${head(200, '', isStream ? 'text/event-stream' : 'application/json')}${CHUNKED}`)
      const words = 'Your order left the warehouse this morning and will be there soon. '.repeat(12)
      const chunk = {
        id: 'c',
        created: 1,
        model: 'model-a',
        object: 'chat.completion.chunk',
        choices: [{ index: 0, delta: { content: words }, finish_reason: null }],
      }
      // A whole stream says more than this; a whole document ends.
      socket.write(piece(isStream ? `data: ${JSON.stringify(chunk)}\n\n` : '{"id":'))
    })
    const light = await gatewayBefore(upstream.url, { more: { drainMs: 300 } })
    const asked = askOver(light, 'chat', isStream).then(
      async (response) => ({ id: requestIdOf(response), text: await response.text().catch(() => 'cut off') }),
      () => ({ id: '', text: 'cut off' }),
    )
    await eventually(upstream.count, (count) => count === 1)
    await light.gateway[Symbol.asyncDispose]()
    const { text } = await asked
    expect(text).not.toMatch(/\[DONE\]/)
    expect(text === 'cut off' || text.includes('"error"')).toBe(true)
    expect(light.logged).toContain('requests that outlasted the drain were cut off')
    // The gateway hands over its records before it ends, the last one too.
    const lines = shippedLines(light)
    const outcomes = lines.filter((line) => line.kind === 'outcome')
    expect(new Set(lines.map(({ id }) => id)).size).toBe(1)
    expect(outcomes).toHaveLength(1)
    expect(outcomes[0]).toMatchObject({ outcome: expect.stringMatching(/^(client-gone|upstream-failed)$/) })
    await eventually(upstream.closed, (count) => count === 1)
    expect(light.logged.filter((line) => line.startsWith('bug'))).toEqual([])
  })
})
