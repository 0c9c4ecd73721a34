// Who is counted as one caller: an address until its credential is known to hold, and only then that credential.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { bearer, callAs, ownerProof, sessionProof, startPlaneOf } from '../support/plane-client.ts'
import { tempFolder } from '../support/temp-folder.ts'

const CALLS = 30

async function statuses(call: (index: number) => Promise<{ readonly status: number }>): Promise<readonly number[]> {
  const found: number[] = []
  for (let index = 0; index < CALLS; index++) found.push((await call(index)).status)
  return found
}
const refusedOf = (found: readonly number[]): number => found.filter((status) => status === 429).length

test('tries to sign in are counted by address, whatever credential is made up for each', async () => {
  await using folder = await tempFolder()
  await using plane = await startPlaneOf(join(folder.path, 'state'))
  const found = await statuses((index) =>
    fetch(`${plane.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: `gatehouse_session=${index}`, ...bearer(`ghk_${index}`) },
      body: '{"token":"nope"}',
    }),
  )
  expect(refusedOf(found)).toBe(CALLS - 20)
})

test('credentials that do not hold share what their address has, and take nothing from one that does', async () => {
  await using folder = await tempFolder()
  await using plane = await startPlaneOf(join(folder.path, 'state'), {
    config: { limits: { requestsPerMinute: 20 } } as never,
  })
  const zoe = await sessionProof(plane, 'zoe', ['engineer'])
  expect((await callAs(plane, zoe, 'whoAmI')).status).toBe(200)
  const found = await statuses((index) =>
    callAs(plane, index % 2 === 0 ? bearer(`ghk_${index}`) : { cookie: `gatehouse_session=s${index}` }, 'whoAmI'),
  )
  expect(found.filter((status) => status === 401)).toHaveLength(19)
  expect(refusedOf(found)).toBe(CALLS - 19)
  expect((await callAs(plane, zoe, 'whoAmI')).status).toBe(200)
  expect((await callAs(plane, await ownerProof(plane), 'whoAmI')).status).toBe(200)
})
