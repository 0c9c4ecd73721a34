// Sign-in through a real OpenID provider, from a browser and from the command line.
import { chmod, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseServerConfig, type ServerConfig } from '../../src/contract/server/server-config.ts'
import { startSession } from '../../src/application/identity/sessions.ts'
import { runCli } from '../../src/entrypoints/cli/run.ts'
import type { ControlPlane } from '../../src/entrypoints/server/start-control-plane.ts'
import { capturedTerminal, type CapturedTerminal } from '../support/captured-terminal.ts'
import { CookieBrowser } from '../support/cookie-browser.ts'
import { startOidcIssuer, type OidcIssuer } from '../support/oidc-issuer.ts'
import { bearer, callAs, ownerProof, startPlaneOf } from '../support/plane-client.ts'
import { ownSchema } from '../support/postgres.ts'
import { eventually, tempFolder } from '../support/temp-folder.ts'

const cleanUp = new AsyncDisposableStack()
const schema = await ownSchema('signin')
if (schema !== undefined) cleanUp.use(schema)
let issuer: OidcIssuer
let plane: ControlPlane
let folder: string

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

function configOf(text: string): ServerConfig {
  const parsed = parseServerConfig('server.yaml', text)
  if (!parsed.ok) throw new Error(parsed.failure[0]?.message)
  return parsed.value
}

beforeAll(async () => {
  folder = cleanUp.use(await tempFolder()).path
  const port = await freePort()
  const publicUrl = `http://127.0.0.1:${port}`
  issuer = cleanUp.use(await startOidcIssuer(() => `${publicUrl}/api/v1/sign-in/callback`))
  const config = configOf(`apiVersion: gatehouse.dev/v1
kind: ServerConfig
publicUrl: ${publicUrl}
oidc:
  issuer: ${issuer.url}
  clientId: ${issuer.clientId}
  clientSecretFrom: OIDC_SECRET
  scopes: [openid, email, groups]
  roles: { engineer: [team-shop], responder: [on-call, team-shop], admin: [platform] }
`)
  plane = cleanUp.use(
    await startPlaneOf(join(folder, 'state'), {
      port,
      config,
      environment: { OIDC_SECRET: issuer.clientSecret },
      ...(schema === undefined ? {} : { schema: schema.schema }),
    }),
  )
})
afterAll(() => cleanUp.disposeAsync())

const as = (email: string, groups: readonly string[], more: object = {}): void => {
  issuer.person = { sub: `sub-${email}`, claims: { email, email_verified: true, groups, ...more } }
}
const start = (): string => `${plane.url}/api/v1/sign-in`
const isHome = (url: URL): boolean => url.pathname === '/' && url.origin === plane.url
const problemOf = async (response: Response | undefined): Promise<unknown> =>
  ((await (response ?? Response.json({})).json()) as { code?: unknown }).code

describe('a browser', () => {
  test('signs in as the person whom the provider names, with the roles that are mapped and no others', async () => {
    as('zoe@example.com', ['team-shop', 'admin', 'strangers'])
    const browser = new CookieBrowser()
    const steps = await browser.open(start(), isHome)
    expect(steps.at(-1)?.url.href).toBe(`${plane.url}/`)
    const asked = steps[1]?.url.searchParams
    expect([asked?.get('code_challenge_method'), asked?.get('response_type')]).toEqual(['S256', 'code'])
    for (const key of ['state', 'nonce', 'code_challenge']) expect(asked?.get(key)?.length).toBeGreaterThan(40)
    const me = await callAs(plane, { cookie: browser.cookiesFor(new URL(`${plane.url}/`)) }, 'whoAmI')
    expect(me.body).toMatchObject({ name: 'zoe@example.com', roles: ['engineer', 'responder'], credential: 'session' })
  })

  test.each([
    ['without a mapped role', ['strangers'], {}],
    ['whose claim spells the name of a role', ['admin', 'engineer'], {}],
    ['whose address is not verified', ['platform'], { email_verified: false }],
    ['whose address is not verified, in words', ['platform'], { email_verified: 'false' }],
    ['whose address is verified by something else than true', ['platform'], { email_verified: 1 }],
    ['without a name', ['platform'], { email: undefined }],
  ])('of somebody %s is refused and has no session', async (_, groups, more) => {
    as('eve@example.com', groups, more)
    const browser = new CookieBrowser()
    const steps = await browser.open(start(), isHome)
    expect([steps.at(-1)?.response.status, await problemOf(steps.at(-1)?.response)]).toEqual([401, 'http/sign-in'])
    expect(browser.cookiesFor(new URL(`${plane.url}/`))).not.toContain('gatehouse_session')
  })

  test.each([
    [false, false],
    ['false', false],
    [true, true],
    ['true', true],
    [undefined, true],
  ])('whose ID token leaves out that the address is verified (%j) is asked about elsewhere: %j', async (...row) => {
    const [verified, isIn] = row
    const claims = { email: 'kim@example.com', groups: ['team-shop'], email_verified: verified }
    issuer.person = { sub: 'sub-kim', claims, inIdToken: ['email', 'groups'] }
    const browser = new CookieBrowser()
    await browser.open(start(), isHome)
    expect(browser.cookiesFor(new URL(`${plane.url}/`)).includes('gatehouse_session')).toBe(isIn)
  })

  test('that did not begin the sign-in cannot finish it, nor with another state, nor twice', async () => {
    as('zoe@example.com', ['platform'])
    const callback = async (browser: CookieBrowser): Promise<URL> => {
      const steps = await browser.open(start(), (url) => url.pathname.endsWith('/callback'))
      return steps.at(-1)?.url ?? new URL(plane.url)
    }
    const victim = new CookieBrowser()
    const url = await callback(victim)
    const stranger = await new CookieBrowser().open(url.href, isHome)
    expect(await problemOf(stranger.at(-1)?.response)).toBe('http/sign-in')
    const forged = new URL(url)
    forged.searchParams.set('state', 'x'.repeat(43))
    expect(await problemOf((await victim.open(forged.href, isHome)).at(-1)?.response)).toBe('http/sign-in')
    const other = new CookieBrowser()
    const good = await callback(other)
    expect(isHome((await other.open(good.href, isHome)).at(-1)?.url ?? new URL('http://x'))).toBe(true)
    expect(await problemOf((await other.open(good.href, isHome)).at(-1)?.response)).toBe('http/sign-in')
  })
})

describe('a command line', () => {
  const terminalIn = (
    home: string,
    environment: Record<string, string> = {},
    stdin: readonly string[] = [],
  ): CapturedTerminal =>
    capturedTerminal(folder, {
      environment: { HOME: join(folder, home), ...environment },
      stdin: stdin.map((text) => Buffer.from(text)),
    })

  test('signs in through the browser, speaks to the server, and signs out', async () => {
    as('lee@example.com', ['on-call'])
    const terminal = terminalIn('lee')
    const running = runCli(['login', '--server', plane.url], terminal)
    const address = await eventually(
      () => /http\S+\/sign-in\?\S+/.exec(terminal.printed.out)?.[0],
      (found) => found !== undefined,
    )
    await new CookieBrowser().open(address ?? '')
    expect([await running, terminal.printed.error]).toEqual([0, ''])
    expect(terminal.printed.out).toContain('as lee@example.com (responder)')
    const file = join(folder, 'lee', '.config', 'gatehouse', 'credentials.json')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    const me = terminalIn('lee')
    expect(await runCli(['whoami', '--json'], me)).toBe(0)
    expect(JSON.parse(me.printed.out)).toMatchObject({ name: 'lee@example.com', roles: ['responder'] })
    const asserted = terminalIn('lee')
    expect(await runCli(['whoami', '--as', 'root:admin'], asserted)).toBe(2)
    expect(asserted.printed.error).toContain('login/as')
    const token = (JSON.parse(await readFile(file, 'utf8')) as { token: string }).token
    expect((await callAs(plane, bearer(token), 'whoAmI')).status).toBe(200)
    expect(await runCli(['logout'], terminalIn('lee'))).toBe(0)
    expect((await callAs(plane, bearer(token), 'whoAmI')).status).toBe(401)
    await expect(stat(file)).rejects.toThrow('ENOENT')
  })

  describe('that signs out', () => {
    /** Signed in with a session of its own. */
    async function signedIn(home: string): Promise<{ readonly token: string; readonly file: string }> {
      const started = await startSession(
        plane.node,
        { name: home, roles: ['engineer'] },
        { method: 'oidc', client: 'x' },
      )
      if (!started.ok) throw new Error(started.failure.message)
      const token = `ghc_${started.value}`
      const terminal = terminalIn(home, {}, [`${token}\n`])
      expect(await runCli(['login', '--server', plane.url, '--token', '-'], terminal)).toBe(0)
      return { token, file: join(folder, home, '.config', 'gatehouse', 'credentials.json') }
    }
    const isAlive = async (token: string): Promise<boolean> =>
      (await callAs(plane, bearer(token), 'whoAmI')).status === 200

    test.each<{ how: string; home: string; environment: Record<string, string>; mode: number }>([
      { how: 'whose file others can read', home: 'open', environment: {}, mode: 0o644 },
      {
        how: 'while the environment names another server',
        home: 'elsewhere',
        environment: { GATEHOUSE_SERVER: 'https://other.example' },
        mode: 0o600,
      },
      {
        how: 'while the environment names another server and token',
        home: 'token',
        environment: { GATEHOUSE_SERVER: 'https://other.example', GATEHOUSE_TOKEN: 'ghk_x' },
        mode: 0o600,
      },
    ])('ends the session $how', async ({ home, environment, mode }) => {
      const { token, file } = await signedIn(home)
      await chmod(file, mode)
      expect(await isAlive(token)).toBe(true)
      const terminal = terminalIn(home, environment)
      expect([await runCli(['logout'], terminal), terminal.printed.out]).toEqual([0, 'signed out\n'])
      expect(await isAlive(token)).toBe(false)
      await expect(stat(file)).rejects.toThrow('ENOENT')
    })

    test.each<{ when: string; home: string; spoil: (text: string) => string }>([
      {
        when: 'its server cannot be reached',
        home: 'away',
        spoil: (text) => text.replace(plane.url, 'http://127.0.0.1:9'),
      },
      { when: 'its file holds something else', home: 'damaged', spoil: () => '{}' },
    ])('says that the session goes on when $when', async ({ home, spoil }) => {
      const { token, file } = await signedIn(home)
      await writeFile(file, spoil(await readFile(file, 'utf8')))
      const terminal = terminalIn(home)
      expect([await runCli(['logout'], terminal), terminal.printed.out]).toEqual([0, 'forgotten here\n'])
      expect(terminal.printed.error).toContain('goes on until it ends by time')
      expect(await isAlive(token)).toBe(true)
      await expect(stat(file)).rejects.toThrow('ENOENT')
    })
  })

  test('speaks to a server below a path of another one, by the path that was named', async () => {
    const started = await startSession(
      plane.node,
      { name: 'pat', roles: ['engineer'] },
      { method: 'oidc', client: 'x' },
    )
    if (!started.ok) throw new Error(started.failure.message)
    const proxy = createHttpServer((request, response) => {
      if (request.url?.startsWith('/gate/api/') !== true) return void response.writeHead(404).end('{}')
      void fetch(`${plane.url}${request.url.slice('/gate'.length)}`, {
        headers: { authorization: request.headers.authorization ?? '' },
      }).then(async (answer) => response.writeHead(answer.status).end(await answer.text()))
    }).listen(0, '127.0.0.1')
    await once(proxy, 'listening')
    try {
      const server = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/gate/`
      const terminal = terminalIn('pat', {}, [`ghc_${started.value}\n`])
      expect([await runCli(['login', '--server', server, '--token', '-'], terminal), terminal.printed.error]).toEqual([
        0,
        '',
      ])
      const me = terminalIn('pat')
      expect([await runCli(['whoami'], me), me.printed.out]).toEqual([0, expect.stringContaining('pat (engineer)')])
    } finally {
      proxy.close()
      proxy.closeAllConnections()
    }
  })

  test('whose code is taken by somebody else gives them nothing', async () => {
    as('lee@example.com', ['platform'])
    const listener = createServer().listen(0, '127.0.0.1')
    await once(listener, 'listening')
    const { port } = listener.address() as AddressInfo
    listener.close()
    const address = `${start()}?port=${port}&challenge=${'a'.repeat(43)}&state=${'s'.repeat(43)}`
    const steps = await new CookieBrowser().open(address, (url) => url.port === String(port))
    const code = steps.at(-1)?.url.searchParams.get('code')
    expect(code).toMatch(/^[\w-]{43}$/)
    for (const verifier of ['', 'guess', 'a'.repeat(43)]) {
      const response = await fetch(`${plane.url}/api/v1/session/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ code, verifier }),
      })
      expect([response.status, await problemOf(response)]).toEqual([401, 'http/login-link'])
    }
  })

  test('works the same with a key from standard input or the environment as beside the state folder', async () => {
    const state = join(folder, 'state')
    const made = await callAs(plane, await ownerProof(plane), 'createKey', {
      name: 'ci',
      roles: ['admin'],
      operations: null,
      systems: null,
      environment: null,
    })
    const token = String(made.body['token'])
    expect(await runCli(['login', '--server', plane.url, '--token', '-'], terminalIn('ci', {}, [`${token}\n`]))).toBe(0)
    for (const command of [
      ['exception', 'list'],
      ['risk', 'list', '--json'],
      ['kill', 'list'],
      ['incident', 'list'],
      ['incident', 'show', 'INC-9'],
      ['kpi', '-s', 'shop-bot'],
      ['workload-keys', 'list', '-s', 'shop-bot'],
      ['kill', 'off', 'x', '--reason', 'r'],
    ]) {
      const outputs = []
      for (const [args, terminal] of [
        [[...command, '--state', state], terminalIn('nobody')],
        [command, terminalIn('ci')],
        [command, terminalIn('nobody', { GATEHOUSE_SERVER: plane.url, GATEHOUSE_TOKEN: token })],
      ] as const)
        outputs.push([await runCli(args, terminal), terminal.printed])
      expect([command, outputs[1], outputs[2]]).toEqual([command, outputs[0], outputs[0]])
    }
  })

  test.each([
    'http://gatehouse.example.com',
    'ftp://x',
    'nothing',
    'https://user:secret@x.example',
    'https://x.example/gate?as=b',
    'https://x.example/#part',
  ])('sends no token to %s', async (server) => {
    const terminal = terminalIn('nobody')
    expect(await runCli(['login', '--server', server, '--token', 'x'], terminal)).toBe(2)
    expect(terminal.printed.error).toContain('login/server')
  })
})

describe('the configuration', () => {
  test.each([
    [
      'apiVersion: gatehouse.dev/v1\nkind: ServerConfig\noidc: { issuer: "https://a.example", clientId: a, roles: {} }\n',
      'config/public-url',
    ],
    [
      'apiVersion: gatehouse.dev/v1\nkind: ServerConfig\npublicUrl: https://g.example\noidc: { issuer: "http://a.example", clientId: a, roles: {} }\n',
      'config/invalid',
    ],
    ['apiVersion: gatehouse.dev/v1\nkind: ServerConfig\nunknown: 1\n', 'config/unknown-key'],
  ])('%j is refused with %s and its line', (text, code) => {
    const parsed = parseServerConfig('server.yaml', text)
    expect(parsed).toMatchObject({ ok: false, failure: [{ code }] })
  })
})
