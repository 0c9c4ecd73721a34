import { array, assert, constantFrom, integer, option, property, record } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { allowedRegions, mayReceive, planRoute, type RegionRules, type RoutedData } from './plan-route.ts'
import { splitTraffic } from './split-traffic.ts'

const NO_RULES: RegionRules = { tenants: new Map(), dataClasses: new Map() }
const PLAIN: RoutedData = {
  tenant: undefined,
  dataClasses: ['public'],
  confidentiality: 'public',
  systemRegions: undefined,
}
const place = (id: string, region?: string, models?: readonly string[]) => ({
  id,
  region,
  models: models === undefined ? undefined : new Set(models),
})

describe('who may receive data', () => {
  test.each<readonly [string, Partial<RoutedData>, Partial<RegionRules>, string | undefined, boolean]>([
    ['unbound data goes anywhere', {}, {}, undefined, true],
    ['restricted data goes to no unknown place', { confidentiality: 'restricted' }, {}, undefined, false],
    ['restricted data goes to a known place', { confidentiality: 'restricted' }, {}, 'us', true],
    ['special categories go to no unknown place', { dataClasses: ['special-category'] }, {}, undefined, false],
    ['a residency binds', { systemRegions: ['eu'] }, {}, 'us', false],
    ['a residency lets its own region', { systemRegions: ['eu'] }, {}, 'eu', true],
    ['a residency lets no unknown place', { systemRegions: ['eu'] }, {}, undefined, false],
    ['a tenant binds', { tenant: 'acme' }, { tenants: new Map([['acme', ['eu']]]) }, 'us', false],
    ['another tenant does not', { tenant: 'other' }, { tenants: new Map([['acme', ['eu']]]) }, 'us', true],
    ['a data class binds', { dataClasses: ['pii'] }, { dataClasses: new Map([['pii', ['eu']]]) }, 'us', false],
    [
      'bounds that exclude each other let nobody',
      { systemRegions: ['us'], tenant: 'acme' },
      { tenants: new Map([['acme', ['eu']]]) },
      'eu',
      false,
    ],
  ])('%s', (_, ...row) => {
    const [data, rules, region, may] = row
    expect(mayReceive(place('a', region), { ...PLAIN, ...data }, { ...NO_RULES, ...rules })).toBe(may)
  })
})

describe('a plan', () => {
  const regions = constantFrom('eu', 'us', 'ap')
  test('names no place outside the allowed regions, and asked-for models before fallbacks', () => {
    assert(
      property(
        array(
          record({
            region: option(regions, { nil: undefined }),
            models: option(array(constantFrom('m', 'f')), { nil: undefined }),
          }),
          {
            maxLength: 6,
          },
        ),
        option(array(regions, { maxLength: 2 }), { nil: undefined }),
        (places, residency) => {
          const upstreams = places.map(({ region, models }, at) => place(`u${at}`, region, models))
          const data = { ...PLAIN, systemRegions: residency }
          const plan = planRoute(['m', 'f'], upstreams, data, NO_RULES)
          if (!plan.ok) return
          const allowed = allowedRegions(data, NO_RULES)
          for (const target of plan.targets) {
            const region = upstreams.find(({ id }) => id === target.upstream)?.region
            if (allowed !== undefined) expect(allowed).toContain(region)
          }
          const order = plan.targets.map(({ isFallback }) => (isFallback ? 1 : 0))
          expect(order).toEqual(order.toSorted((left, right) => left - right))
        },
      ),
    )
  })

  test('says whether it is the model or the region that is missing', () => {
    expect(planRoute(['m'], [place('a', undefined, ['x'])], PLAIN, NO_RULES)).toEqual({
      ok: false,
      reason: 'no-upstream',
    })
    expect(planRoute(['m'], [place('a')], { ...PLAIN, systemRegions: ['eu'] }, NO_RULES)).toEqual({
      ok: false,
      reason: 'no-region',
    })
  })
})

describe('a split', () => {
  const hashes = integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
  test('sends a caller the same way, and a larger share only takes callers from the rest', () => {
    assert(
      property(hashes, integer({ min: 0, max: 100 }), integer({ min: 0, max: 100 }), (hash, one, other) => {
        const [small, large] = [Math.min(one, other), Math.max(one, other)]
        const way = (percent: number): string => splitTraffic('rest', [{ way: 'canary', percent }], hash)
        expect(way(0)).toBe('rest')
        expect(way(100)).toBe('canary')
        if (way(small) === 'canary') expect(way(large)).toBe('canary')
      }),
    )
  })
})
