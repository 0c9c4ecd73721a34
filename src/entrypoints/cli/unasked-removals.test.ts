import { expect, test } from 'vitest'
import { tempFolder } from '../../../test/support/temp-folder.ts'
import type { RemovedControl } from '../../domain/controls/control-test.ts'
import { loadPacks } from './load-packs.ts'
import { judgeRemovals } from './unasked-removals.ts'

const removal = (control: string, status: RemovedControl['status']): RemovedControl => ({
  kind: 'declaration',
  control,
  what: 'limits of retrievers `handbook` is taken away',
  status,
  by: status === 'killed' ? 'GH-ACL-004' : '',
})

async function judged(tier: 'T1' | 'T2', removed: readonly RemovedControl[], packs: readonly string[] = ['baseline']) {
  await using folder = await tempFolder()
  const bound = await loadPacks(folder.path, packs)
  if (!bound.ok) throw new Error(bound.failure[0]?.message)
  const result = await judgeRemovals(folder.path, removed, { tier, bound: bound.value.map(({ pack }) => pack) })
  if (!result.ok) throw new Error(result.failure[0]?.message)
  return result.value
}

test('a control that is not asked of the tier is no gap when its removal goes unnoticed, and one that is asked is', async () => {
  // The catalogue asks CTL-ACC-003 of T1 alone.
  const removed = [removal('CTL-ACC-003', 'survived'), removal('CTL-ACC-003', 'killed')]
  expect(await judged('T2', removed)).toEqual({ removed: [removed[1]], unasked: [removed[0]], packsFor: {} })
  expect(await judged('T1', removed)).toEqual({ removed, unasked: [], packsFor: { 'CTL-ACC-003': ['rag'] } })
})

test('packs that would notice are named where they are not bound', async () => {
  const removed = [removal('CTL-ACC-001', 'survived')]
  expect((await judged('T2', removed)).packsFor).toEqual({ 'CTL-ACC-001': ['rag'] })
  expect((await judged('T2', removed, ['baseline', 'rag'])).packsFor).toEqual({ 'CTL-ACC-001': [] })
})

test('a control that no catalogue has counts as asked for', async () => {
  const removed = [removal('CTL-NOT-999', 'survived')]
  expect(await judged('T2', removed)).toMatchObject({ removed, unasked: [] })
})
