import { describe, expect, test } from 'vitest'
import { checkCatalogue, type KnownCheck } from './check-catalogue.ts'
import type { Catalogue, Control, Crosswalk, Framework } from './control.ts'

const framework: Framework = {
  id: 'frame',
  name: 'Frame',
  version: '1',
  publisher: 'nobody',
  licence: 'none',
  entries: [
    { id: 'A', title: 'whole', parent: undefined },
    { id: 'A.1', title: 'part', parent: 'A' },
    { id: 'B', title: 'other', parent: undefined },
  ],
}

const walk = (entry: string, relation: Crosswalk['relation'], of = 'frame'): Crosswalk => ({
  framework: of,
  entry,
  relation,
})

const control = (id: string, overrides: Partial<Control> = {}): Control => ({
  id,
  title: 'a control',
  risk: 'a risk',
  statement: 'a statement',
  implementedIn: ['data'],
  checks: [],
  attestations: [{ id: 'paper', what: 'a paper', maxAgeDays: 365 }],
  records: [],
  owner: 'somebody',
  tiers: ['T1'],
  cadence: 'yearly',
  crosswalks: [walk('A', 'subset')],
  catalogue: 'test',
  ...overrides,
})

const codes = (controls: readonly Control[], checks: readonly KnownCheck[] = []): readonly string[] =>
  checkCatalogue({ controls, frameworks: [framework] } satisfies Catalogue, checks).map(
    ({ code, control: of }) => `${code} ${of}`,
  )

describe('a catalogue is faulty when', () => {
  test.each<[string, readonly Control[], readonly KnownCheck[], readonly string[]]>([
    ['a control is written twice', [control('C-1'), control('C-1')], [], ['controls/duplicate C-1']],
    [
      'a framework does not exist',
      [control('C-1', { crosswalks: [walk('A', 'equal', 'none')] })],
      [],
      ['controls/unknown-framework C-1'],
    ],
    [
      'an entry does not exist',
      [control('C-1', { crosswalks: [walk('Z', 'equal')] })],
      [],
      ['controls/unknown-entry C-1'],
    ],
    ['it serves nothing', [control('C-1', { crosswalks: [] })], [], ['controls/orphan C-1']],
    ['nothing could show it', [control('C-1', { attestations: [] })], [], ['controls/no-evidence C-1']],
    ['a check does not exist', [control('C-1', { checks: ['R-1'] })], [], ['controls/unknown-check C-1']],
    [
      'a check names another control',
      [control('C-1', { checks: ['R-1'] }), control('C-2', { checks: ['R-1'] })],
      [{ id: 'R-1', controls: ['C-2'] }],
      ['controls/unknown-check C-1'],
    ],
    [
      'a rule names no control of the catalogue',
      [control('C-1')],
      [{ id: 'R-1', controls: ['C-9'] }],
      ['controls/unowned-check C-9'],
    ],
    [
      'a rule is not listed by its control',
      [control('C-1')],
      [{ id: 'R-1', controls: ['C-1'] }],
      ['controls/unowned-check C-1'],
    ],
    [
      'a control is more than the whole and less than its part',
      [control('C-1', { crosswalks: [walk('A', 'superset'), walk('A.1', 'subset')] })],
      [],
      ['controls/cyclic-crosswalk C-1'],
    ],
    [
      'a control equals a part and the whole',
      [control('C-1', { crosswalks: [walk('A', 'equal'), walk('A.1', 'equal')] })],
      [],
      ['controls/cyclic-crosswalk C-1'],
    ],
    [
      'two controls contain each other by way of entries',
      [
        control('C-1', { crosswalks: [walk('A.1', 'superset'), walk('B', 'subset')] }),
        control('C-2', { crosswalks: [walk('B', 'superset'), walk('A.1', 'subset')] }),
      ],
      [],
      ['controls/cyclic-crosswalk C-1', 'controls/cyclic-crosswalk C-2'],
    ],
  ])('%s', (_, controls, checks, expected) => expect(codes(controls, checks)).toEqual(expected))
})

test('a sound catalogue has no fault: two controls may equal one entry, and one may intersect what it contains', () => {
  expect(
    codes(
      [
        control('C-1', { crosswalks: [walk('A.1', 'equal'), walk('A', 'intersects')], checks: ['R-1'] }),
        control('C-2', { crosswalks: [walk('A.1', 'equal'), walk('A', 'subset')] }),
      ],
      [{ id: 'R-1', controls: ['C-1'] }],
    ),
  ).toEqual([])
})
