// What the control plane says to sealed records, over real HTTP: which answers set a segment aside, and what the operator sees.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startFakeProvider } from '../support/fake-provider.ts'
import { requestIdOf, shippedOutcome } from '../support/faulty-gateway.ts'
import { startLightGateway, type LightGateway } from '../support/light-gateway.ts'
import { eventually } from '../support/temp-folder.ts'

let open: AsyncDisposableStack
beforeEach(() => {
  open = new AsyncDisposableStack()
})
afterEach(() => open.disposeAsync())

async function gateway(): Promise<LightGateway> {
  const provider = open.use(await startFakeProvider())
  return open.use(await startLightGateway({ upstreams: [{ id: 'a', url: provider.url, network: 'private' }] }))
}

const problem = (code: string): string => JSON.stringify({ code, title: 'lines: too\u001b[2Jmany' })
const spoolOf = (light: LightGateway): string => join(light.options.folder, 'spool')
const namesOf = async (light: LightGateway, end: string): Promise<string[]> =>
  (await readdir(spoolOf(light))).filter((name) => name.endsWith(end))
const metricOf = async (light: LightGateway, name: string): Promise<string | undefined> =>
  new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, 'm').exec(
    await (await fetch(`${light.gateway.url}/metrics`)).text(),
  )?.[1]

test.each([
  [400, problem('http/invalid-input'), '400 http/invalid-input: lines: too\\u001b[2Jmany'],
  [422, problem('http/idempotency-mismatch'), '422 http/idempotency-mismatch: lines: too\\u001b[2Jmany'],
  [413, problem('http/too-large'), '413 http/too-large: lines: too\\u001b[2Jmany'],
  [413, '<html>too large</html>', '413, without a problem of its own'],
])(
  'records that are refused for good are set aside, told of, and offered again at the next start: %i %s',
  async (status, body, reason) => {
    const light = await gateway()
    light.plane.refusal = { status, body }
    const refused = requestIdOf(await light.chat())
    await eventually(
      async () => (await namesOf(light, '.refused')).length,
      (count) => count > 0,
    )
    light.plane.refusal = undefined
    const taken = requestIdOf(await light.chat())
    await shippedOutcome(light, taken)
    expect(light.plane.segments.flatMap(({ lines }) => lines.map(({ id }) => id))).not.toContain(refused)
    const asides = await namesOf(light, '.refused')
    for (const aside of asides) {
      expect(light.logged).toContain(
        `records set aside: the control plane does not take ${join(spoolOf(light), aside)}: ${reason}`,
      )
      expect(await readFile(join(spoolOf(light), aside), 'utf8')).toContain(refused)
    }
    expect(await metricOf(light, 'gatehouse_spool_refused')).toBe(String(asides.length))
    expect(await (await fetch(`${light.gateway.url}/readyz`)).json()).toMatchObject({
      records: { refused: asides.length },
    })
    await light.restart()
    await shippedOutcome(light, refused)
    expect(await namesOf(light, '.refused')).toEqual([])
  },
)

test.each([
  [400, '<html>plain HTTP to an HTTPS port</html>'],
  [401, problem('http/unauthenticated')],
  [403, problem('http/forbidden')],
  [404, problem('http/not-found')],
  [409, problem('finding/closed')],
  [429, problem('http/too-many')],
  [500, problem('http/internal')],
])('records that are not taken for now stay in their place: %i %s', async (status, body) => {
  const light = await gateway()
  light.plane.refusal = { status, body }
  const id = requestIdOf(await light.chat())
  const asked = light.plane.asked
  await eventually(
    () => light.plane.asked,
    (count) => count > asked + 2,
  )
  expect(await namesOf(light, '.refused')).toEqual([])
  light.plane.refusal = undefined
  await shippedOutcome(light, id)
})

test('a control plane that hangs with records in its hands stops neither requests nor the sealing of their records', async () => {
  const light = await gateway()
  light.plane.isHanging = true
  const served: string[] = []
  const sealed = await eventually(
    async () => {
      const response = await light.chat()
      expect(response.status).toBe(200)
      served.push(requestIdOf(response))
      return (await namesOf(light, '.sealed')).length
    },
    (count) => count >= 3,
  )
  expect(sealed).toBeGreaterThanOrEqual(3)
  light.plane.isHanging = false
  // The requests that hang break off, as when a control plane ends.
  light.plane.letGo()
  for (const id of served) await shippedOutcome(light, id)
})
