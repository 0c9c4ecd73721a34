import { expect, test } from 'vitest'
import { OwnedPlaces } from './owned-places.ts'

const owner = (name: string, max: number) => ({ name, max })

test('no owner takes more than their own, nor all together more than there are', () => {
  const places = new OwnedPlaces(3)
  const free = places.take([owner('a', 2)])
  expect(places.take([owner('a', 2)])).toBeDefined()
  expect(places.take([owner('a', 2)])).toBeUndefined()
  expect(places.take([owner('b', 2)])).toBeDefined()
  expect(places.take([owner('c', 2)])).toBeUndefined()
  free?.()
  expect(places.take([owner('c', 2)])).toBeDefined()
})

test('a place counts for each of its owners, and for none where one has no more', () => {
  const places = new OwnedPlaces(10)
  expect(places.take([owner('key', 2), owner('tenant-1', 1)])).toBeDefined()
  expect(places.take([owner('key', 2), owner('tenant-1', 1)])).toBeUndefined()
  expect(places.take([owner('key', 2), owner('tenant-2', 1)])).toBeDefined()
  expect(places.take([owner('key', 2), owner('tenant-3', 1)])).toBeUndefined()
})

test('a place that is given back twice is given back once', () => {
  const places = new OwnedPlaces(2)
  const free = places.take([owner('a', 2)])
  expect(places.take([owner('a', 2)])).toBeDefined()
  free?.()
  free?.()
  expect(places.take([owner('a', 2)])).toBeDefined()
  expect(places.take([owner('a', 2)])).toBeUndefined()
})
