import { describe, expect, test } from 'vitest'
import { epochMs } from '../../base/instant.ts'
import { GatewayRegister, type Heard } from './gateway-register.ts'

/** Revisions are of the process that was asked: what counts is what the bundle was made from. */
const says = (version: number): Heard => ({ revision: 7, version, environment: 'local', problem: null })
/** What has happened by the time that everything which could run has run. */
const settled = async (promise: Promise<unknown>): Promise<boolean> => {
  let isDone = false
  void promise.then(() => (isDone = true))
  await new Promise((resolve) => void setImmediate(resolve))
  return isDone
}

describe('a gateway that waits for news', () => {
  test('is woken by news, and by nothing that another gateway says', async () => {
    const register = new GatewayRegister(() => epochMs(0))
    const waiting = register.change(60_000)
    register.heard('gw-a', says(0))
    register.heard('gw-b', says(0))
    expect(await settled(waiting)).toBe(false)
    register.advance()
    expect(await settled(waiting)).toBe(true)
  })

  test('that leaves waits no longer', async () => {
    const gone = new AbortController()
    const waiting = new GatewayRegister(() => epochMs(0)).change(60_000, gone.signal)
    gone.abort()
    expect(await settled(waiting)).toBe(true)
  })
})

describe('whoever threw a kill switch', () => {
  test('is told once every gateway has taken it, and not before', async () => {
    const register = new GatewayRegister(() => epochMs(0))
    for (const gateway of ['gw-a', 'gw-b', 'gw-c']) register.heard(gateway, says(40))
    register.advance(42)
    const acknowledged = register.waitForAcknowledgement(60_000, 42)
    register.heard('gw-a', says(42))
    register.heard('gw-b', says(43))
    expect(await settled(acknowledged)).toBe(false)
    register.heard('gw-c', says(41))
    expect(await settled(acknowledged)).toBe(false)
    register.heard('gw-c', says(42))
    expect(await acknowledged).toMatchObject({ acknowledged: 3, connected: 3, missing: [] })
  })

  test('is told after a time how many have not, and the list says which', async () => {
    const register = new GatewayRegister(() => epochMs(0))
    register.heard('gw-a', says(42))
    register.heard('gw-b', says(41))
    register.advance(42)
    expect(await register.waitForAcknowledgement(0)).toMatchObject({
      acknowledged: 1,
      connected: 2,
      missing: ['gw-b'],
    })
    expect(register.list().filter(({ isCurrent }) => !isCurrent)).toMatchObject([{ gateway: 'gw-b' }])
  })

  test('waits for no gateway that was not heard of for a minute', async () => {
    let now = 0
    const register = new GatewayRegister(() => epochMs(now))
    register.heard('gw-a', says(0))
    now = 60_001
    register.heard('gw-b', says(42))
    register.advance(42)
    expect(await register.waitForAcknowledgement(60_000, 42)).toMatchObject({ acknowledged: 1, connected: 1 })
  })

  test('is kept waiting by no later change', async () => {
    const register = new GatewayRegister(() => epochMs(0), 10)
    register.heard('gw-a', says(42))
    register.advance(42)
    register.advance(50)
    expect(await register.waitForAcknowledgement(60_000, 42)).toMatchObject({ acknowledged: 1 })
    expect(register.list()).toMatchObject([{ isCurrent: false }])
  })

  test('finds a gateway behind that has nothing newer than what this process began with', () => {
    const register = new GatewayRegister(() => epochMs(0), 10)
    register.heard('gw-a', says(9))
    register.heard('gw-b', says(10))
    expect(register.list().map(({ isCurrent }) => isCurrent)).toEqual([false, true])
  })
})
