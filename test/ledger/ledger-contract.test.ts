import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { EntryDraft, Ledger } from '../../src/application/ledger/ledger.ts'
import { nodeSha256 } from '../../src/adapters/crypto/node-crypto.ts'
import { parseCheckpoint } from '../../src/domain/ledger/checkpoint.ts'
import { verifyConsistency } from '../../src/domain/ledger/merkle.ts'
import { parseNote } from '../../src/domain/ledger/signed-note.ts'
import { appendOrThrow, draft, entriesOf, verifyWhole } from '../support/file-ledger-fixture.ts'
import { LEDGER_ENGINES, openedLedger, type LedgerPlace } from '../support/ledger-engines.ts'

function rootOf(checkpoint: string): Uint8Array {
  return parseCheckpoint(parseNote(checkpoint)!.text)!.root
}

describe.each(LEDGER_ENGINES)('a ledger in $engine', ({ isThere, place: placeOf }) => {
  // Skipped, and said so by the set-up, only where no PostgreSQL is to be had.
  if (!isThere) return test.skip('skipped: no PostgreSQL answers', () => undefined)
  let place: LedgerPlace
  const open: Ledger[] = []
  beforeEach(async () => {
    place = await placeOf()
  })
  afterEach(async () => {
    for (const ledger of open.splice(0)) await ledger.close()
    await place[Symbol.asyncDispose]()
  })

  async function reopen(): Promise<Ledger> {
    const ledger = await openedLedger(place)
    open.push(ledger)
    return ledger
  }

  test('an empty one has a signed checkpoint of size 0', async () => {
    const ledger = await reopen()
    expect(ledger.size).toBe(0)
    expect(ledger.checkpoint.split('\n')[1]).toBe('0')
    await verifyWhole(ledger)
  })

  test('an appended entry is read back, proven, and survives reopening', async () => {
    const ledger = await reopen()
    const entries = [
      await appendOrThrow(ledger, 'one'),
      await appendOrThrow(ledger, 'zwei ü 😀 \u2028 \u0000'),
      await appendOrThrow(ledger, ''),
    ]
    expect(await entriesOf(ledger)).toEqual(entries)
    await verifyWhole(ledger)
    const again = await reopen()
    expect(again.checkpoint).toBe(ledger.checkpoint)
    expect(await entriesOf(again)).toEqual(entries)
    await verifyWhole(again)
  })

  test('the actor is in clear in the payload only: the leaf has a pseudonym that is the same for the same actor', async () => {
    const ledger = await reopen()
    const [first, second] = [await appendOrThrow(ledger, 'one'), await appendOrThrow(ledger, 'two')]
    const other = await ledger.append(draft('three', { actor: 'bo@example.com' }))
    expect(JSON.stringify(first.leaf)).not.toContain('author-a')
    expect(first.payload['actor']).toBe('author-a@example.com')
    expect(second.leaf.actor).toBe(first.leaf.actor)
    expect(other.ok && other.value.leaf.actor !== first.leaf.actor).toBe(true)
    expect(second.salt).not.toBe(first.salt)
  })

  test('a payload cannot claim another actor', async () => {
    const ledger = await reopen()
    const appended = await ledger.append(draft('x', { payload: { actor: 'somebody else' } }))
    expect(appended.ok && appended.value.payload['actor']).toBe('author-a@example.com')
  })

  test('every checkpoint is consistent with every later one', async () => {
    const ledger = await reopen()
    const checkpoints: string[] = []
    for (let count = 0; count < 12; count++) {
      await appendOrThrow(ledger, `entry ${count}`)
      checkpoints.push(ledger.checkpoint)
    }
    for (let from = 1; from <= 12; from++)
      for (let to = from; to <= 12; to++) {
        const claim = {
          from,
          fromRoot: rootOf(checkpoints[from - 1]!),
          to,
          toRoot: rootOf(checkpoints[to - 1]!),
          proof: ledger.consistencyProof(from, to),
        }
        expect(verifyConsistency(nodeSha256, claim), `${from} to ${to}`).toBe(true)
      }
  })

  test('a reader beside a writer sees whole, covered entries only', async () => {
    const ledger = await reopen()
    let writing = true
    const writer = (async () => {
      for (let round = 0; round < 40; round++)
        await Promise.all([1, 2, 3].map((count) => appendOrThrow(ledger, `${round}.${count}`)))
      writing = false
    })()
    let seen = 0
    while (writing) {
      const covered = Number(ledger.checkpoint.split('\n')[1])
      expect(ledger.size).toBe(covered)
      const entries = await entriesOf(ledger, seen)
      expect(entries.map(({ index }) => index)).toEqual(entries.map((_, position) => seen + position))
      seen += entries.length
      await new Promise((resolve) => setImmediate(resolve))
    }
    await writer
    expect(ledger.size).toBe(120)
  })

  test.each<{ what: string; change: Partial<EntryDraft> }>([
    { what: 'a lone surrogate in the payload', change: { payload: { text: '\ud800' } } },
    { what: 'a lone surrogate in the actor', change: { actor: 'author-a\udfff' } },
    { what: 'a lone surrogate in the type', change: { type: '\ud800' } },
    { what: 'a number that is none', change: { payload: { value: Number.NaN } } },
    { what: 'a payload of more than 16 MiB', change: { payload: { text: 'x'.repeat(16 * 1_048_576 + 1) } } },
    { what: 'an actor of more than 16 MiB', change: { actor: 'x'.repeat(16 * 1_048_576 + 1) } },
  ])('an entry with $what is refused, and those around it are kept', async ({ change }) => {
    const ledger = await reopen()
    const [before, refused, after] = await Promise.all([
      ledger.append(draft('before')),
      ledger.append(draft('x', change)),
      ledger.append(draft('after')),
    ])
    expect(refused).toMatchObject({ ok: false, failure: { code: 'ledger/bad-payload' } })
    expect([before.ok, after.ok]).toEqual([true, true])
    const again = await reopen()
    expect((await entriesOf(again)).map(({ payload }) => payload['text'])).toEqual(['before', 'after'])
  })

  test('beyond 20,000 waiting entries the next is refused as busy, and the waiting ones are kept', async () => {
    const ledger = await reopen()
    const waiting = Array.from({ length: 20_000 }, () => ledger.append(draft('')))
    expect(await ledger.append(draft('one too many'))).toMatchObject({ ok: false, failure: { code: 'ledger/busy' } })
    expect((await Promise.all(waiting)).every(({ ok }) => ok)).toBe(true)
    expect(ledger.size).toBe(20_000)
  })

  test('closing waits for what is under way, and a closed ledger acknowledges nothing', async () => {
    const ledger = await reopen()
    const pending = [1, 2, 3].map((count) => ledger.append(draft(`${count}`)))
    await ledger.close()
    expect((await Promise.all(pending)).map(({ ok }) => ok)).toEqual([true, true, true])
    expect((await ledger.append(draft('late'))).ok).toBe(false)
    expect((await reopen()).size).toBe(3)
  })
})
