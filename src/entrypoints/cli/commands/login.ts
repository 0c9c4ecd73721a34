import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { nodeRandomBytes } from '../../../adapters/crypto/node-crypto.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { callRemote, sendJson } from '../remote-call.ts'
import { reportProblems } from '../report-problems.ts'
import {
  readKeptCredentials,
  removeServerCredentials,
  serverUrl,
  writeServerCredentials,
  type ServerCredentials,
} from '../server-credentials.ts'
import type { SessionOptions } from '../session.ts'
import { inert, inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { exitCodeOfProblem, withSession } from './with-session.ts'

const WAIT_MS = 5 * 60_000

/** `gatehouse login`: signs in through the server's identity provider in a browser, or with a token. */
export async function loginCommand(
  terminal: Terminal,
  options: { readonly server: string; readonly token?: string | undefined },
): Promise<number> {
  const done = await login(terminal, options)
  if (done.ok) {
    printLine(terminal, `signed in to ${done.value.url} as ${inert(done.value.name)} (${inert(done.value.roles)})`)
    printLine(terminal, `  kept in ${done.value.path}; \`gatehouse logout\` ends it`)
    return EXIT_CODE.pass
  }
  reportProblems(terminal, [done.failure])
  return exitCodeOfProblem(done.failure)
}

type SignedIn = { readonly url: string; readonly name: string; readonly roles: string; readonly path: string }

async function login(
  terminal: Terminal,
  options: { readonly server: string; readonly token?: string | undefined },
): Promise<Result<SignedIn, Problem>> {
  const url = serverUrl(options.server)
  if (!url.ok) return url
  const token =
    options.token === undefined ? await tokenByBrowser(terminal, url.value) : await tokenFrom(terminal, options.token)
  if (!token.ok) return token
  const me = await callRemote({ url: url.value, headers: { authorization: `Bearer ${token.value}` } }, 'whoAmI', {})
  if (!me.ok) return me
  const name = String(me.value['name'])
  const written = await writeServerCredentials(terminal, { url: url.value, token: token.value, name })
  return written.ok
    ? ok({ url: url.value, name, roles: (me.value['roles'] as readonly string[]).join(', '), path: written.value })
    : written
}

/** `-` reads the token from standard input, so that it stands in no history and no list of processes. */
async function tokenFrom(terminal: Terminal, option: string): Promise<Result<string, Problem>> {
  let text = option
  if (option === '-') {
    text = ''
    for await (const chunk of terminal.stdin) {
      text += Buffer.from(chunk).toString('utf8')
      if (text.length > 1_000) break
    }
  }
  const token = text.trim()
  return /^[\x21-\x7e]{1,512}$/.test(token)
    ? ok(token)
    : fail({ code: 'login/token', message: 'that is no token', next: 'paste the token of `gatehouse keys create`' })
}

/** Waits on a port of this machine for the browser to bring a code, and trades it: only this process has the verifier. */
async function tokenByBrowser(terminal: Terminal, url: string): Promise<Result<string, Problem>> {
  const methods = await sendJson({ url: `${url}/api/v1/sign-in-methods`, method: 'GET' })
  if (!methods.ok) return methods
  if ((methods.value as { oidc?: unknown }).oidc !== true)
    return fail({
      code: 'login/no-provider',
      message: `${url} has no identity provider`,
      next: 'make a key with `gatehouse keys create` there, then `gatehouse login --server URL --token -`',
    })
  const secret = (): string => Buffer.from(nodeRandomBytes(32)).toString('base64url')
  const verifier = secret()
  const state = secret()
  const waiting = Promise.withResolvers<string | undefined>()
  const server = createServer((request, response) => {
    const query = new URL(request.url ?? '/', 'http://127.0.0.1').searchParams
    const isOurs = query.get('state') === state && query.get('code') !== null
    response.writeHead(isOurs ? 200 : 404, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' })
    response.end(isOurs ? 'Signed in. You can close this page and go back to the terminal.\n' : 'Nothing is here.\n')
    if (isOurs) waiting.resolve(query.get('code') ?? undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const query = new URLSearchParams({
      port: String((server.address() as AddressInfo).port),
      challenge: createHash('sha256').update(verifier).digest('base64url'),
      state,
    })
    printLine(terminal, `open this page to sign in:\n  ${url}/api/v1/sign-in?${query.toString()}`)
    const code = await firstOf(waiting.promise, terminal.interrupted)
    if (code === undefined)
      return fail({ code: 'login/not-finished', message: 'nobody signed in within five minutes', next: 'try again' })
    const traded = await sendJson({ url: `${url}/api/v1/session/token`, method: 'POST', body: { code, verifier } })
    return traded.ok ? ok(String((traded.value as { token?: unknown }).token)) : traded
  } finally {
    await closed(server)
  }
}

/** Undefined after five minutes, or at Ctrl-C. */
function firstOf(code: Promise<string | undefined>, interrupted: AbortSignal): Promise<string | undefined> {
  const late = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => late.resolve(undefined), WAIT_MS)
  const stop = (): void => late.resolve(undefined)
  if (interrupted.aborted) stop()
  interrupted.addEventListener('abort', stop, { once: true })
  return Promise.race([code, late.promise]).finally(() => {
    clearTimeout(timer)
    interrupted.removeEventListener('abort', stop)
  })
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

/** `gatehouse logout`: ends the session there and forgets it here. Whatever else goes on is said. */
export async function logoutCommand(terminal: Terminal): Promise<number> {
  const held = await readKeptCredentials(terminal)
  const isSignedIn = !held.ok || held.value !== undefined
  const goesOn = held.ok ? held.value && (await endThere(held.value)) : unreadable(held.failure)
  const removed = await removeServerCredentials(terminal)
  if (!removed.ok) {
    reportProblems(terminal, [removed.failure])
    return exitCodeOfProblem(removed.failure)
  }
  if (goesOn !== undefined) terminal.error(`${inert(goesOn)}\n`)
  const { GATEHOUSE_SERVER: server, GATEHOUSE_TOKEN: token } = terminal.environment
  if ([server, token].every((value) => value !== undefined && value !== ''))
    terminal.error('GATEHOUSE_SERVER and GATEHOUSE_TOKEN are set: commands go on with them\n')
  if (!isSignedIn) printLine(terminal, 'nobody was signed in')
  else printLine(terminal, goesOn === undefined ? 'signed out' : 'forgotten here')
  return EXIT_CODE.pass
}

const unreadable = ({ message, code }: Problem): string =>
  `${message} [${code}]: a session that it held goes on until it ends by time\n  next: sign in again, then gatehouse sessions list and revoke`

/** Ends what one signed in with; says what goes on where it cannot be ended. */
async function endThere({ url, token }: ServerCredentials): Promise<string | undefined> {
  if (!token.startsWith('ghc_'))
    return `the API key that was kept goes on to count at ${url}\n  next: gatehouse keys revoke, if nobody else uses it`
  const ended = await sendJson({
    url: `${url}/api/v1/session/end`,
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: {},
  })
  return ended.ok
    ? undefined
    : `the session at ${url} goes on until it ends by time: ${ended.failure.message} [${ended.failure.code}]`
}

/** `gatehouse whoami`: who this terminal is to the state that its commands speak to. */
export async function whoAmICommand(
  terminal: Terminal,
  options: SessionOptions & { readonly json: boolean },
): Promise<number> {
  return withSession(
    terminal,
    options,
    (session) => session.call('whoAmI', {}),
    (me) => {
      if (options.json) printLine(terminal, inertJson({ schemaVersion: 1, ...me }))
      else
        printLine(
          terminal,
          `${inert(String(me['name']))} (${inert((me['roles'] as readonly string[]).join(', '))}) · organization ${inert(String(me['organization']))} · by ${inert(String(me['credential']))}`,
        )
    },
  )
}
