// Sign-in from the console's own page through a real OpenID provider, in a real browser.
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseServerConfig } from '../../src/contract/server/server-config.ts'
import { startOidcIssuer, type OidcIssuer } from '../support/oidc-issuer.ts'
import { axeFindings, CHROMIUM, openConsole, openPage, type ConsoleUnderTest } from './console-browser.ts'

const WIDE = { width: 1440, height: 900 }
const NARROW = { width: 360, height: 800 }
const OFFER = 'Sign in with your organization'

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

describe.skipIf(CHROMIUM === undefined)('the sign-in page (skipped without Chromium: set GATEHOUSE_CHROMIUM)', () => {
  const cleanUp = new AsyncDisposableStack()
  let issuer: OidcIssuer
  let under: ConsoleUnderTest

  beforeAll(async () => {
    const port = await freePort()
    const publicUrl = `http://127.0.0.1:${port}`
    issuer = cleanUp.use(await startOidcIssuer(() => `${publicUrl}/api/v1/sign-in/callback`))
    const config = parseServerConfig(
      'server.yaml',
      `apiVersion: gatehouse.dev/v1
kind: ServerConfig
publicUrl: ${publicUrl}
oidc:
  issuer: ${issuer.url}
  clientId: ${issuer.clientId}
  clientSecretFrom: OIDC_SECRET
  scopes: [openid, email, groups]
  roles: { engineer: [team-shop] }
`,
    )
    if (!config.ok) throw new Error(config.failure[0]?.message)
    under = cleanUp.use(
      await openConsole(async () => undefined, {
        port,
        config: config.value,
        environment: { OIDC_SECRET: issuer.clientSecret },
      }),
    )
  })
  afterAll(() => cleanUp.disposeAsync())

  test.each([WIDE, NARROW])('offers the provider, fits and is accessible at $width px', async (size) => {
    await using stranger = await openPage(under.browser, size)
    const { page } = stranger
    await page.goto(under.plane.url)
    await page.getByRole('link', { name: OFFER }).waitFor()
    expect(await axeFindings(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0)
    const pictures = process.env['GATEHOUSE_SCREENSHOTS']
    if (pictures !== undefined) await page.screenshot({ path: join(pictures, `sign-in-${size.width}.png`) })
    expect(await page.getByLabel('Login link').isVisible()).toBe(true)
  })

  test('leads through the provider and back into the console, as the person and with the roles that it names', async () => {
    issuer.person = { sub: 'zoe', claims: { email: 'zoe@example.com', email_verified: true, groups: ['team-shop'] } }
    await using watched = await openPage(under.browser, WIDE)
    const { page, complaints } = watched
    await page.goto(under.plane.url)
    await page.getByRole('link', { name: OFFER }).click()
    await page.getByRole('navigation', { name: 'Main' }).waitFor()
    expect(page.url()).toBe(`${under.plane.url}/`)
    const who = (await page.evaluate('fetch("/api/v1/me").then((answer) => answer.json())')) as object
    expect(who).toMatchObject({ name: 'zoe@example.com', roles: ['engineer'], credential: 'session' })
    // The first look, before anybody is signed in, is a 401 that the browser notes.
    expect(complaints.filter((text) => !text.includes('401'))).toEqual([])
  })

  test('says so when the account has no role here, with words of its own', async () => {
    issuer.person = { sub: 'eve', claims: { email: 'eve@example.com', email_verified: true, groups: ['strangers'] } }
    await using watched = await openPage(under.browser, NARROW)
    const { page } = watched
    await page.goto(under.plane.url)
    await page.getByRole('link', { name: OFFER }).click()
    await page.getByRole('alert').getByText('did not succeed').waitFor()
    expect(await page.getByText('http/sign-in', { exact: true }).isVisible()).toBe(true)
    expect(page.url()).toBe(`${under.plane.url}/`)
    expect(await axeFindings(page)).toEqual([])
    await page.goto(`${under.plane.url}/#sign-in-problem=http/x<b>owned</b>`)
    await page.reload()
    await page.getByRole('link', { name: OFFER }).waitFor()
    expect(await page.getByText('owned').count()).toBe(0)
  })
})
