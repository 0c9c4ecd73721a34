import { expect, test } from 'vitest'
import { DAY_MS, epochMs } from '../../base/instant.ts'
import { serveRelease } from '../../application/gateway/admitted-system.ts'
import type { RequestContext } from '../../application/gateway/decide-request.ts'
import type { UpstreamInfo } from '../../adapters/providers/transport/transport.ts'
import { BundleSigner } from '../../../test/support/signed-bundle.ts'
import { MODEL } from '../../../test/support/tiny-project.ts'
import { routePlans } from './route-of.ts'

const RELEASE = serveRelease(new BundleSigner().release(), epochMs(DAY_MS))

const upstream = (id: string, region: string | undefined): UpstreamInfo => ({
  id,
  protocol: 'openai',
  basePath: '',
  region,
  models: new Set([MODEL]),
  apiVersion: undefined,
})

const upstreams = (...all: readonly UpstreamInfo[]): ReadonlyMap<string, UpstreamInfo> =>
  new Map(all.map((one) => [one.id, one]))

const regions = (tenants: Readonly<Record<string, readonly string[]>> = {}) => ({
  tenants: new Map(Object.entries(tenants)),
  dataClasses: new Map(),
})

const asked = (tenant?: string, confidentiality: RequestContext['label']['confidentiality'] = 'internal') =>
  ({
    release: RELEASE,
    subject: tenant === undefined ? undefined : { tenant, principal: 'p', session: 's', roles: [] },
    label: { integrity: 'untrusted', confidentiality },
  }) as unknown as RequestContext

const targets = (plan: ReturnType<ReturnType<typeof routePlans>>): readonly string[] | string =>
  plan.ok ? plan.targets.map(({ upstream: id }) => id) : plan.reason

test('a plan that was made for one tenant is not given to another, nor to a more confidential request', () => {
  const config = {
    regions: regions({ bound: ['eu'] }),
    transport: { upstreams: upstreams(upstream('us', 'us'), upstream('eu', 'eu'), upstream('anywhere', undefined)) },
  }
  const plan = routePlans(config)
  for (let turn = 0; turn < 2; turn += 1) {
    expect(targets(plan(asked('free'), MODEL))).toEqual(['us', 'eu', 'anywhere'])
    expect(targets(plan(asked('bound'), MODEL))).toEqual(['eu'])
    expect(targets(plan(asked('free', 'restricted'), MODEL))).toEqual(['us', 'eu'])
    expect(targets(plan(asked(), MODEL))).toEqual(['us', 'eu', 'anywhere'])
    expect(targets(plan(asked(), 'unknown'))).toBe('no-upstream')
  }
})

test('a new configuration counts at once, for regions as for upstreams', () => {
  const config = { regions: regions(), transport: { upstreams: upstreams(upstream('us', 'us'), upstream('eu', 'eu')) } }
  const plan = routePlans(config)
  expect(targets(plan(asked('a'), MODEL))).toEqual(['us', 'eu'])
  config.regions = regions({ a: ['eu'] })
  expect(targets(plan(asked('a'), MODEL))).toEqual(['eu'])
  config.transport = { upstreams: upstreams(upstream('us', 'us')) }
  expect(targets(plan(asked('a'), MODEL))).toBe('no-region')
})

test('more tenants than are kept get the plans that are theirs', () => {
  const config = {
    regions: regions({ t7: ['eu'] }),
    transport: { upstreams: upstreams(upstream('us', 'us'), upstream('eu', 'eu')) },
  }
  const plan = routePlans(config)
  for (let at = 0; at < 2_500; at += 1)
    expect(targets(plan(asked(`t${at}`), MODEL))).toEqual(at === 7 ? ['eu'] : ['us', 'eu'])
  expect(targets(plan(asked('t7'), MODEL))).toEqual(['eu'])
})

test('embeddings go to the model that was asked for alone, and a plan of theirs is given to no other request', () => {
  const one = (id: string, model: string): UpstreamInfo => ({ ...upstream(id, undefined), models: new Set([model]) })
  const transport = { upstreams: upstreams(one('a', MODEL), one('b', 'model-b')) }
  const plan = routePlans({ regions: regions(), transport })
  for (let turn = 0; turn < 2; turn += 1) {
    expect(targets(plan(asked(), MODEL))).toEqual(['a', 'b'])
    expect(targets(plan(asked(), MODEL, 'embedding'))).toEqual(['a'])
  }
  const standIn = routePlans({ regions: regions(), transport: { upstreams: upstreams(one('b', 'model-b')) } })
  expect(targets(standIn(asked(), MODEL, 'embedding'))).toBe('no-upstream')
})
