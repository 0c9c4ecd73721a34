import { open, type FileHandle } from 'node:fs/promises'
import { z } from 'zod'
import {
  FAILURE_KINDS,
  type TrialOutcome,
  type TrialRequest,
  type TrialTarget,
} from '../../application/evaluation/trial-target.ts'
import { digestOfJson } from '../../base/digest.ts'
import { canonicalJson, parsedJson, type Json, type JsonObject } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { nodeSha256 } from '../crypto/node-crypto.ts'
import { LineIndex, LineTooLong, readLines } from '../evaluation/line-file.ts'

interface CassetteHead {
  readonly cassette: 1
  readonly identity: JsonObject
  readonly isSimulated: boolean
}

interface CassetteEntry {
  readonly key: string
  readonly outcome: TrialOutcome
}

const headSchema = z.object({
  cassette: z.literal(1),
  identity: z.record(z.string(), z.json()),
  isSimulated: z.boolean(),
})

/** A cassette is a file like any other: what scorers rest on is looked at before it answers. */
const entrySchema = z.object({
  key: z.string(),
  outcome: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('observed'),
      observation: z.looseObject({
        reply: z.string(),
        blocked: z.object({ code: z.string(), rule: z.string() }).nullable(),
        toolCalls: z.array(z.object({ name: z.string(), args: z.record(z.string(), z.unknown()) })),
        records: z.array(z.object({ id: z.string(), tenant: z.string(), roles: z.array(z.string()) })),
        citations: z.array(z.string()),
        passages: z.array(z.object({ id: z.string(), text: z.string() })).optional(),
        egress: z.array(z.string()).optional(),
      }),
    }),
    z.object({
      kind: z.literal('failed'),
      failure: z.object({ kind: z.enum(FAILURE_KINDS), message: z.string() }),
    }),
  ]),
})

/**
 * What an answer depends on, as a digest: what the target is asked, and which trial it is. Expectations are not part of it,
 * so that a changed expectation is scored without a call.
 */
export function cassetteKey({ suiteCase, trial }: TrialRequest): string {
  const { turns, history, system, subject, tools, fixtures, variables } = suiteCase
  const asked = { turns, history, system, subject, tools, fixtures, variables, trial } as unknown as Json
  const canonical = canonicalJson(asked)
  // A text with half a surrogate pair has no canonical form; its JSON has one spelling all the same.
  return digestOfJson(nodeSha256, canonical.ok ? canonical.value : JSON.stringify(asked))
}

/** The target, and every answer of it kept: observed ones, and failures that would come again. */
export async function recordingTarget(target: TrialTarget, path: string): Promise<TrialTarget> {
  const file = await open(path, 'w', 0o600)
  const head: CassetteHead = { cassette: 1, identity: target.identity, isSimulated: target.isSimulated }
  await file.appendFile(`${JSON.stringify(head)}\n`)
  let writing: Promise<void> = Promise.resolve()
  return {
    identity: target.identity,
    isSimulated: target.isSimulated,
    async run(request, signal) {
      const outcome = await target.run(request, signal)
      if (outcome.kind === 'observed' || outcome.failure.kind === 'rejected') {
        const entry: CassetteEntry = { key: cassetteKey(request), outcome }
        writing = writing.then(() => file.appendFile(`${JSON.stringify(entry)}\n`))
        await writing
      }
      return outcome
    },
    async close() {
      await writing
      await file.sync()
      await file.close()
      await target.close()
    },
  }
}

/** Answers from a cassette alone: no model is called, and what is not on it has no verdict. */
export async function cassetteTarget(path: string): Promise<Result<TrialTarget, Problem>> {
  const index = new LineIndex()
  const places = new Map<string, number>()
  let head: CassetteHead | undefined
  const file = await openForReading(path)
  if (file === undefined)
    return fail({ code: 'eval/no-cassette', message: `\`${path}\` cannot be read`, next: 'record one with --record' })
  const bad = async (line: number): Promise<Result<never, Problem>> => {
    await file.close()
    return fail({
      code: 'eval/bad-cassette',
      message: `\`${path}\` is no cassette (line ${line})`,
      next: 'record it again with --record',
      at: { file: path, line, column: 1 },
    })
  }
  try {
    for await (const { text, number, offset, length } of readLines(path, { withTail: false })) {
      const value = parsedJson(text)
      if (number === 1) head = headSchema.safeParse(value).data
      if (head === undefined) return bad(number)
      if (number === 1) continue
      const entry = entrySchema.safeParse(value).data
      if (entry === undefined) return bad(number)
      places.set(entry.key, index.count)
      index.add(offset, length)
    }
  } catch (error) {
    if (error instanceof LineTooLong) return bad(error.line)
    throw error
  }
  if (head === undefined) return bad(1)
  const { identity, isSimulated } = head
  return ok({
    identity,
    isSimulated,
    async run(request) {
      const place = places.get(cassetteKey(request))
      if (place === undefined)
        return { kind: 'failed', failure: { kind: 'not-recorded', message: 'the cassette has no answer to this case' } }
      return (JSON.parse(index.read(file, place)) as CassetteEntry).outcome
    },
    close: () => file.close(),
  })
}

async function openForReading(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r')
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined
    throw error
  }
}
