import { execFileSync } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  appendOrThrow,
  draft,
  entriesOf,
  ledgerOptions,
  openOrThrow,
  signerOf,
  verifyWhole,
  type OpenLedger,
} from '../../../test/support/file-ledger-fixture.ts'
import type { LedgerEntry } from '../../application/ledger/ledger.ts'
import { openFileLedger } from './file-ledger.ts'

let folder: string
let path: string
const open: OpenLedger[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-ledger-'))
  path = join(folder, 'ledger.jsonl')
})
afterEach(async () => {
  for (const ledger of open.splice(0)) await ledger.close()
  await rm(folder, { recursive: true, force: true })
})

async function reopen(...options: Parameters<typeof openOrThrow>): Promise<OpenLedger> {
  const ledger = await openOrThrow(...options)
  open.push(ledger)
  return ledger
}

/** A journal of several groups, closed; one text list is one group. */
async function journalOf(
  groups: readonly (readonly string[])[],
): Promise<{ readonly entries: LedgerEntry[]; readonly ends: number[] }> {
  const ledger = await openOrThrow(path)
  const ends: number[] = []
  for (const group of groups) {
    await Promise.all(group.map((text) => appendOrThrow(ledger, text)))
    ends.push((await stat(path)).size)
  }
  const entries = await entriesOf(ledger)
  await ledger.close()
  return { entries, ends }
}

describe('a ledger in use', () => {
  test('500 entries that arrive together keep their order, and each receipt is readable after reopening', async () => {
    const ledger = await reopen(path)
    const receipts = await Promise.all(
      Array.from({ length: 500 }, (_, count) => appendOrThrow(ledger, `entry ${count}`)),
    )
    expect(receipts.map(({ index }) => index)).toEqual(receipts.map((_, index) => index))
    expect(receipts.map(({ payload }) => payload['text'])).toEqual(receipts.map((_, index) => `entry ${index}`))
    const groups = (await readFile(path, 'utf8')).split('\n').filter((line) => line.startsWith('{"checkpoint"')).length
    expect(groups).toBeLessThan(10)
    const again = await reopen(path)
    expect(await entriesOf(again)).toEqual(receipts)
    await verifyWhole(again)
  })

  test('the journal can be read by its owner alone', async () => {
    await reopen(path)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })
})

describe('a torn tail', () => {
  test(
    'cut at any byte of the last group, the ledger reopens at the checkpoint before and goes on',
    { timeout: 300_000 },
    async () => {
      const { entries, ends } = await journalOf([['a', 'b'], ['c'], ['d', 'ü']])
      const whole = await readFile(path)
      const [, before, end] = ends as [number, number, number]
      for (let cut = before; cut < end; cut++) {
        const at = join(folder, `cut-${cut}`)
        await writeFile(at, whole.subarray(0, cut))
        const ledger = await openOrThrow(at)
        expect([cut, ledger.size, ledger.tornBytes]).toEqual([cut, 3, cut - before])
        expect(await entriesOf(ledger)).toEqual(entries.slice(0, 3))
        const appended = await appendOrThrow(ledger, 'after')
        await ledger.close()
        if (cut > before)
          expect((await readFile(`${at}.torn-at-${before}`)).equals(whole.subarray(before, cut)), `cut at ${cut}`).toBe(
            true,
          )
        const again = await openOrThrow(at)
        expect([again.tornBytes, await entriesOf(again)]).toEqual([0, [...entries.slice(0, 3), appended]])
        if (cut % 50 === 0) await verifyWhole(again)
        await again.close()
        for (const name of await readdir(folder)) if (name.startsWith('cut-')) await rm(join(folder, name))
      }
    },
  )

  test('cut at any byte of the only group, the ledger reopens empty', async () => {
    const { ends } = await journalOf([['a']])
    const whole = await readFile(path)
    for (let cut = 0; cut < ends[0]!; cut += 7) {
      await writeFile(path, whole.subarray(0, cut))
      const ledger = await openOrThrow(path)
      expect([ledger.size, ledger.tornBytes]).toEqual([0, cut])
      await ledger.close()
    }
  })

  test.each([
    { what: 'zeros', tail: Buffer.alloc(100) },
    { what: 'a whole entry line without checkpoint', tail: Buffer.from('{"leaf":{},"salt":"","payload":{}}\n') },
    { what: 'bytes that are no text', tail: Buffer.from('ff00fe0a', 'hex') },
    { what: 'blank lines', tail: Buffer.from('\n\n\n') },
    { what: 'two megabytes without a line end', tail: Buffer.alloc(2_000_000, 'x') },
  ])('$what after the last checkpoint are set aside', async ({ tail }) => {
    const { entries, ends } = await journalOf([['a'], ['b']])
    await writeFile(path, Buffer.concat([await readFile(path), tail]))
    const ledger = await reopen(path)
    expect([ledger.tornBytes, await entriesOf(ledger)]).toEqual([tail.length, entries])
    expect((await readFile(`${path}.torn-at-${ends[1]}`)).equals(tail)).toBe(true)
    expect((await stat(`${path}.torn-at-${ends[1]}`)).mode & 0o777).toBe(0o600)
  })
})

describe('damage', () => {
  test(
    'each changed byte is refused with the file left as it is, or lies in the last checkpoint and falls back by one group',
    { timeout: 300_000 },
    async () => {
      const { entries, ends } = await journalOf([['a', 'b'], ['ü']])
      const whole = await readFile(path)
      const lastCheckpoint = whole.lastIndexOf('{"checkpoint"')
      let refused = 0
      for (let at = 0; at < whole.length; at++) {
        for (const value of new Set([whole[at]! ^ 1, whole[at]! ^ 0x20, 0x0a])) {
          if (value === whole[at]) continue
          const changed = Buffer.from(whole)
          changed[at] = value
          await writeFile(path, changed)
          const opened = await openFileLedger(ledgerOptions(path))
          const where = `byte ${at} as ${value}`
          if (opened.ok) {
            // The line end before it counts as well: without it the last checkpoint is no line of its own.
            expect(at, where).toBeGreaterThanOrEqual(lastCheckpoint - 1)
            expect(opened.value.tornBytes, where).toBe(ends[1]! - ends[0]!)
            expect(await entriesOf(opened.value), where).toEqual(entries.slice(0, 2))
            expect((await readFile(`${path}.torn-at-${ends[0]}`)).equals(changed.subarray(ends[0])), where).toBe(true)
            await opened.value.close()
          } else {
            refused += 1
            expect(opened.failure.code, where).toBe('ledger/damaged')
            expect((await readFile(path)).equals(changed), where).toBe(true)
          }
        }
      }
      expect(refused).toBeGreaterThan(2 * lastCheckpoint)
    },
  )

  test.each<{ what: string; change: (lines: string[]) => string[] }>([
    { what: 'an entry left out', change: (lines) => lines.toSpliced(0, 1) },
    { what: 'two entries swapped', change: ([first, second, ...rest]) => [second!, first!, ...rest] },
    { what: 'an entry repeated', change: (lines) => lines.toSpliced(1, 0, lines[0]!) },
    { what: 'an earlier checkpoint left out together with its entries', change: (lines) => lines.slice(3) },
    {
      what: 'an earlier checkpoint moved',
      change: ([first, second, third, ...rest]) => [first!, third!, second!, ...rest],
    },
    { what: 'a blank line in between', change: (lines) => lines.toSpliced(1, 0, '') },
    {
      what: 'an entry with half a surrogate pair',
      change: (lines) => lines.with(0, lines[0]!.replace('"text":"a"', '"text":"\\ud800"')),
    },
    {
      what: 'an entry nested beyond the bound',
      change: (lines) => lines.with(0, lines[0]!.replace('"text":"a"', `"text":${'['.repeat(300)}${']'.repeat(300)}`)),
    },
    {
      what: 'a leaf with half a surrogate pair',
      change: (lines) => lines.with(0, lines[0]!.replace('"acme"', '"\\udfff"')),
    },
    { what: 'a changed payload under a matching new commitment', change: (lines) => lines.with(0, lines[3]!) },
  ])('a journal with $what is refused', async ({ change }) => {
    await journalOf([['a', 'b'], ['c']])
    const lines = (await readFile(path, 'utf8')).split('\n')
    const changed = change(lines).join('\n')
    expect(changed).not.toBe(lines.join('\n'))
    await writeFile(path, changed)
    expect(await openFileLedger(ledgerOptions(path))).toMatchObject({ ok: false, failure: { code: 'ledger/damaged' } })
    expect(await readFile(path, 'utf8')).toBe(changed)
  })

  test.each([
    { what: 'key', overrides: { signer: signerOf(2) } },
    { what: 'name', overrides: { origin: 'ledger.example/other' } },
  ])('a ledger under another $what is refused and left as it is', async ({ overrides }) => {
    await journalOf([['a'], ['b']])
    const before = await readFile(path)
    expect(await openFileLedger(ledgerOptions(path, overrides))).toMatchObject({
      ok: false,
      failure: { code: 'ledger/damaged' },
    })
    expect((await readFile(path)).equals(before)).toBe(true)
  })

  test('a torn tail after entries of another key is left as it is', async () => {
    const { ends } = await journalOf([['a'], ['b']])
    const cut = (await readFile(path)).subarray(0, ends[1]! - 10)
    await writeFile(path, cut)
    expect((await openFileLedger(ledgerOptions(path, { signer: signerOf(2) }))).ok).toBe(false)
    expect((await readFile(path)).equals(cut)).toBe(true)
  })
})

/** A disk of its own that is full after 256 KiB; needs the right to mount. */
function mountTiny(at: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', at], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

describe('a group', () => {
  test('holds no more than 32 Mi characters', async () => {
    const ledger = await reopen(path)
    const text = 'x'.repeat(9 * 1_048_576)
    const appended = await Promise.all([1, 2, 3, 4].map(() => ledger.append(draft(text))))
    expect(appended.map(({ ok }) => ok)).toEqual([true, true, true, true])
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n')
    expect(lines.map((line) => line.startsWith('{"checkpoint"'))).toEqual([false, false, false, true, false, true])
    await verifyWhole(ledger)
  })

  test('whose checkpoint cannot be signed is refused, with an answer to all, and the next is written', async () => {
    const { signer } = ledgerOptions(path)
    let isAway = false
    const ledger = await reopen(path, {
      signer: {
        ...signer,
        sign: async (bytes) => {
          if (isAway) throw new Error('the key is away')
          return signer.sign(bytes)
        },
      },
    })
    await appendOrThrow(ledger, 'before')
    isAway = true
    const refused = await Promise.all([1, 2, 3].map((count) => ledger.append(draft(`away ${count}`))))
    for (const one of refused) expect(one).toMatchObject({ ok: false, failure: { code: 'ledger/not-kept' } })
    isAway = false
    await appendOrThrow(ledger, 'behind')
    expect((await entriesOf(ledger)).map(({ payload }) => payload['text'])).toEqual(['before', 'behind'])
    await verifyWhole(ledger)
  })
})

describe('a full disk', () => {
  let disk: string
  let isMounted = false
  beforeAll(async () => {
    disk = await mkdtemp(join(tmpdir(), 'gatehouse-disk-'))
    isMounted = mountTiny(disk)
  })
  afterAll(async () => {
    if (isMounted) execFileSync('umount', [disk])
    await rm(disk, { recursive: true, force: true })
  })

  test('an append is refused as not kept, earlier entries survive, and after freeing space appends go on', async (context) => {
    if (!isMounted) return context.skip('a small tmpfs cannot be mounted here')
    const at = join(disk, 'ledger.jsonl')
    const ballast = join(disk, 'ballast')
    await writeFile(ballast, Buffer.alloc(128 * 1_024))
    const ledger = await openOrThrow(at)
    const kept: LedgerEntry[] = []
    let failure
    for (let count = 0; failure === undefined && count < 1_000; count++) {
      const before = { size: ledger.size, checkpoint: ledger.checkpoint, bytes: (await stat(at)).size }
      const appended = await ledger.append(draft(`${count} ${'x'.repeat(3_000)}`))
      if (appended.ok) kept.push(appended.value)
      else {
        failure = appended.failure
        expect({ size: ledger.size, checkpoint: ledger.checkpoint, bytes: (await stat(at)).size }).toEqual(before)
      }
    }
    expect(failure).toMatchObject({ code: 'ledger/not-kept', next: 'free space on the disk of the state folder' })
    expect(kept.length).toBeGreaterThan(5)
    expect(await entriesOf(ledger)).toEqual(kept)
    await rm(ballast)
    const group = await Promise.all([1, 2, 3].map((count) => appendOrThrow(ledger, `after ${count}`)))
    await ledger.close()
    await mkdir(join(folder, 'copy'))
    await copyFile(at, join(folder, 'copy', 'ledger.jsonl'))
    const again = await reopen(join(folder, 'copy', 'ledger.jsonl'))
    expect(again.tornBytes).toBe(0)
    expect(await entriesOf(again)).toEqual([...kept, ...group])
    await verifyWhole(again)
  })
})
