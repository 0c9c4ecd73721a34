// What stands beside the texts of an answer, and texts in several parts, through the real `ai` package.
import type { LanguageModelV4Content, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { generateText, streamText, wrapLanguageModel } from 'ai'
import { MockLanguageModelV4, simulateReadableStream } from 'ai/test'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createGuard } from '../../src/entrypoints/guard/index.ts'
import { guardMiddleware } from '../../src/entrypoints/guard/wrappers/ai-sdk.ts'
import { SETUP, SSN } from '../support/guard-fixture.ts'

const USAGE = {
  inputTokens: { total: 5, noCache: 5, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 4, text: 4, reasoning: 0 },
}
const STOP = { unified: 'stop', raw: 'stop' } as const
const CUT = SSN.slice(6)
const SEALED = 'gAAAAABpQ2x5c3RhbA=='
const guard = createGuard(SETUP)
const log = (...tokens: readonly string[]) => ({
  openai: { logprobs: tokens.map((token) => ({ token, logprob: -0.1 })) },
})

const generating = (content: LanguageModelV4Content[], providerMetadata: object) =>
  generateText({
    model: wrapLanguageModel({
      model: new MockLanguageModelV4({
        doGenerate: async () => ({
          content,
          finishReason: STOP,
          usage: USAGE,
          warnings: [],
          providerMetadata: providerMetadata as never,
        }),
      }),
      middleware: guardMiddleware(guard),
    }),
    prompt: 'hi',
  })

const streaming = (chunks: readonly LanguageModelV4StreamPart[]) =>
  streamText({
    model: wrapLanguageModel({
      model: new MockLanguageModelV4({
        doStream: async () => ({ stream: simulateReadableStream({ chunks: [...chunks], chunkDelayInMs: null }) }),
      }),
      middleware: guardMiddleware(guard),
    }),
    prompt: 'hi',
  })

/** Texts in parts of their own, each in these pieces. */
const texts = (...parts: readonly (readonly string[])[]): readonly LanguageModelV4StreamPart[] =>
  parts.flatMap((pieces, index): LanguageModelV4StreamPart[] => {
    const id = `t${index}`
    return [
      { type: 'text-start', id },
      ...pieces.map((delta): LanguageModelV4StreamPart => ({ type: 'text-delta', id, delta })),
      { type: 'text-end', id },
    ]
  })
const finish = (providerMetadata: object = {}): LanguageModelV4StreamPart => ({
  type: 'finish',
  usage: USAGE,
  finishReason: STOP,
  providerMetadata: providerMetadata as never,
})

describe('what the provider says around an answer', () => {
  test('is judged, and has no log of single tokens of a text that was changed', async () => {
    const metadata = { ...log('SSN ', SSN.slice(0, 6), CUT), other: { segments: [`SSN ${SSN}`], signature: SEALED } }
    const part = { type: 'text', text: `SSN ${SSN}`, providerMetadata: metadata } as const
    const thought = { type: 'reasoning', text: 'So.', providerMetadata: metadata } as const
    const answer = await generating([thought, part] as never, metadata)
    const seen = JSON.stringify([answer.providerMetadata, answer.content])
    expect(seen).not.toContain(CUT)
    expect(answer.providerMetadata).toEqual({ openai: {}, other: { segments: ['SSN [US-SSN]'], signature: SEALED } })
    expect(answer.content).toHaveLength(2)
  })

  test('keeps the log of a text that was not changed', async () => {
    const metadata = log('Hello', ' there.')
    const answer = await generating([{ type: 'text', text: 'Hello there.' }], metadata)
    expect(answer.providerMetadata).toEqual(metadata)
  })

  test('has no log in a stream', async () => {
    const all = [
      ...texts(['SSN ', SSN.slice(0, 6), CUT]),
      finish({ ...log('SSN ', SSN.slice(0, 6), CUT), x: { n: 1 } }),
    ]
    const answer = streaming(all)
    expect(JSON.stringify([await answer.text, await answer.providerMetadata])).not.toContain(CUT)
    expect(await answer.providerMetadata).toEqual({ openai: {}, x: { n: 1 } })
  })
})

describe('texts in a row', () => {
  const partsOf = async (chunks: readonly LanguageModelV4StreamPart[]) => {
    const all: { readonly type: string; readonly id?: string; readonly text?: string }[] = []
    for await (const part of streaming(chunks).fullStream) if (part.type.startsWith('text-')) all.push(part as never)
    return all
  }
  const textOf = (all: Awaited<ReturnType<typeof partsOf>>, id?: string) =>
    all.map((part) => (part.type === 'text-delta' && (id === undefined || part.id === id) ? part.text : '')).join('')

  test('what is cut over two of them is found, as in an answer that comes whole', async () => {
    const halves = [`Your SSN is ${SSN.slice(0, 6)}`, `${CUT}, keep it.`]
    const whole = await generating(
      halves.map((text) => ({ type: 'text', text })),
      {},
    )
    const all = await partsOf([...texts(...halves.map((half) => [half])), finish()])
    expect(textOf(all)).toBe(whole.text)
    expect(textOf(all)).toBe('Your SSN is [US-SSN], keep it.')
  })

  test('each keeps its own words, its end behind them', async () => {
    const all = await partsOf([...texts(['One ', 'sentence. '], ['Two.'], [' And ', 'three.']), finish()])
    expect(['t0', 't1', 't2'].map((id) => textOf(all, id))).toEqual(['One sentence. ', 'Two.', ' And three.'])
    for (const id of ['t0', 't1', 't2']) expect(all.findLast((part) => part.id === id)?.type).toBe('text-end')
  })

  test('a stream that breaks off keeps nothing back that may go on', async () => {
    expect(textOf(await partsOf(texts(['All of it.'])))).toBe('All of it.')
  })

  test('however it is cut, and into whatever parts, the text is the one that the guard leaves', async () => {
    const text = `Dear Ada, your number is SSN ${SSN}. See ![x](https://evil.example/p) and write to ada@example.com, please.`
    const expected = guard.output(text).text
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 4 }), async (steps, perPart) => {
        const pieces: string[] = []
        for (let from = 0, turn = 0; from < text.length; turn++) {
          const size = steps[turn % steps.length] ?? 1
          pieces.push(text.slice(from, from + size))
          from += size
        }
        const parts: string[][] = []
        for (let from = 0; from < pieces.length; from += perPart) parts.push(pieces.slice(from, from + perPart))
        const all = await partsOf([...texts(...parts), finish()])
        expect(textOf(all)).toBe(expected)
        expect(all.filter(({ type }) => type === 'text-end')).toHaveLength(parts.length)
      }),
      { numRuns: 40 },
    )
  })
})
