import { appendFile, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { tempFolder } from '../../../test/support/temp-folder.ts'
import type { TrialRecord } from '../../domain/evaluation/trial-record.ts'
import { FileJournal, joinedJournals } from './file-journal.ts'

function record(place: number, reply = 'good', trial = 0): TrialRecord {
  const score = { misses: [], noVerdicts: [], values: [] }
  return { at: [place, 0, trial], id: `c${place}`, result: { kind: 'scored', score, reply } }
}

async function journalOf(path: string, records: readonly TrialRecord[]): Promise<void> {
  const journal = await FileJournal.create(path, 'run-1')
  for (const one of records) await journal.append(one)
  await journal.close()
}

async function resumed(path: string, run = 'run-1'): Promise<FileJournal> {
  const journal = await FileJournal.resume(path, run)
  if (!journal.ok) throw new Error(journal.failure.code)
  return journal.value
}

describe('a journal', () => {
  test('gives every record again, whatever letters it holds, and goes on behind them', async () => {
    await using temp = await tempFolder()
    const path = join(temp.path, 'journal')
    const records = [
      record(0, 'ä🚲\u2028"\\\n'),
      record(1, 'x'.repeat(300_000)),
      record(2, '\ud800'),
      record(2, 'b', 1),
    ]
    await journalOf(path, records)
    const journal = await resumed(path)
    expect(journal.count).toBe(4)
    for (const one of records) expect(journal.recorded(one.at)).toEqual(JSON.parse(JSON.stringify(one)))
    expect(journal.recorded([9, 0, 0])).toBeUndefined()
    await journal.append(record(9))
    await journal.close()
    const again = await resumed(path)
    expect(again.count).toBe(5)
    await again.close()
  })

  test('cut off anywhere keeps every whole line before the cut, and nothing of the torn one', async () => {
    await using temp = await tempFolder()
    const path = join(temp.path, 'journal')
    await journalOf(path, [record(0), record(1), record(2)])
    const whole = await readFile(path)
    const head = whole.indexOf(10) + 1
    for (let length = whole.length; length >= head; length--) {
      await writeFile(path, whole.subarray(0, length))
      const journal = await resumed(path)
      const lines = whole.subarray(0, length).toString('utf8').split('\n').length - 2
      expect(journal.count).toBe(lines)
      await journal.append(record(7))
      await journal.close()
      const again = await resumed(path)
      expect(again.count).toBe(lines + 1)
      expect(again.recorded([7, 0, 0])).toEqual(record(7))
      await again.close()
    }
  })

  test.each([
    ['is not there', undefined, 'eval/no-journal'],
    ['is of another run', '{"journal":1,"run":"run-2"}\n', 'eval/other-run'],
    ['has a line without end', `{"journal":1,"run":"run-1"}\n${'x'.repeat(17 * 1_048_576)}`, 'eval/bad-journal'],
    ['has no head', '', 'eval/bad-journal'],
    ['has half a head', '{"journal":1,', 'eval/bad-journal'],
    [
      'holds half a result',
      '{"journal":1,"run":"run-1"}\n{"at":[0,0,0],"id":"c","result":{"kind":"scored"}}\n',
      'eval/bad-journal',
    ],
    ['is damaged before its last line', '{"journal":1,"run":"run-1"}\nx\n{"at":[1,0,0]}\n', 'eval/bad-journal'],
    ['holds something else', '{"journal":1,"run":"run-1"}\n{"reply":"x"}\n', 'eval/bad-journal'],
    ['holds a place that is none', '{"journal":1,"run":"run-1"}\n{"at":["x"]}\n', 'eval/bad-journal'],
  ])('that %s is refused', async (_, text, code) => {
    await using temp = await tempFolder()
    const path = join(temp.path, 'journal')
    if (text !== undefined) await writeFile(path, text)
    const journal = await FileJournal.resume(path, 'run-1')
    expect(journal).toMatchObject({ ok: false, failure: { code } })
  })

  test('that exists is not begun anew', async () => {
    await using temp = await tempFolder()
    const path = join(temp.path, 'journal')
    await journalOf(path, [record(0)])
    await expect(FileJournal.create(path, 'run-1')).rejects.toThrow('EEXIST')
  })

  test('makes the run wait while the disk is behind, and keeps the order', async () => {
    await using temp = await tempFolder()
    const path = join(temp.path, 'journal')
    const journal = await FileJournal.create(path, 'run-1')
    let waits = 0
    for (let place = 0; place < 400; place++) {
      const waiting = journal.append(record(place, 'x'.repeat(10_000)))
      if (waiting === undefined) continue
      waits += 1
      await waiting
    }
    expect(waits).toBeGreaterThan(0)
    await journal.close()
    const ids = (await readFile(path, 'utf8')).trimEnd().split('\n').slice(1)
    expect(ids.map((line) => (JSON.parse(line) as TrialRecord).at[0])).toEqual(Array.from(ids, (_, at) => at))
  })

  test('of several shards is read as one', async () => {
    await using temp = await tempFolder()
    await journalOf(join(temp.path, 'a'), [record(0)])
    await journalOf(join(temp.path, 'b'), [record(1)])
    const journals = [await resumed(join(temp.path, 'a')), await resumed(join(temp.path, 'b'))]
    const joined = joinedJournals(journals)
    expect([0, 1, 2].map((place) => joined.recorded([place, 0, 0])?.id)).toEqual(['c0', 'c1', undefined])
    for (const journal of journals) await journal.close()
  })
})

describe('a journal on a file that somebody else shortened', () => {
  test('goes on at its end', async () => {
    await using temp = await tempFolder()
    const path = join(temp.path, 'journal')
    await journalOf(path, [record(0), record(1)])
    await truncate(path, (await readFile(path)).indexOf(10) + 1)
    await appendFile(path, '{"at":[5,0')
    const journal = await resumed(path)
    expect(journal.count).toBe(0)
    await journal.close()
  })
})
