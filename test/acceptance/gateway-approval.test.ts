// A call that people must approve: asked about, approved, made once. Real control plane, provider, clients.
import { readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import type { APIError } from 'openai'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/base/json.ts'
import {
  approved,
  remoteSession,
  startGatewayOrThrow,
  startGatewayStack,
  TOOLS,
  type GatewayStack,
} from '../support/gateway-stack.ts'
import { eventually, tempFolder } from '../support/temp-folder.ts'
import { tinyManifest } from '../support/tiny-project.ts'

const SAVE = '{ id: save_note, schema: tools/save_note.json, effect: read, result'
const DISCLOSURE = 'You are talking to an AI.'
const NOTICES = { default: 'en', deliver: 'completion', languages: { en: { version: '1', disclosure: DISCLOSURE } } }
const MANIFEST = tinyManifest({ extra: `notices: ${JSON.stringify(NOTICES)}` }).replace(
  SAVE,
  SAVE.replace('effect: read,', 'effect: read, approval: { roles: [team-lead], expiresMin: 5 },'),
)
const CALL = { id: 'c-1', name: 'save_note', arguments: '{"text":"call the customer"}' }

const REDIS_URL = process.env['GATEHOUSE_TEST_REDIS'] ?? 'redis://127.0.0.1:6379'
const hasRedis = await new Promise<boolean>((resolve) => {
  const { hostname, port } = new URL(REDIS_URL)
  const socket = connect(Number(port || 6379), hostname, () => {
    socket.end()
    resolve(true)
  })
  socket.on('error', () => resolve(false))
})

let stack: GatewayStack
beforeAll(async () => {
  stack = await startGatewayStack({ manifest: MANIFEST })
})
afterAll(() => stack[Symbol.asyncDispose]())
beforeEach(() => {
  stack.provider.seen.length = 0
  stack.provider.answer({ kind: 'completion', choices: [{ text: 'I will note it.', toolCalls: [CALL] }] })
})

interface Reply {
  readonly status: number
  readonly code: string | undefined
  readonly approval: string | undefined
  readonly text: string
}

async function ask(more: object = {}, ticket?: string, base = stack.gateway.url, session = 's-1'): Promise<Reply> {
  const response = await fetch(`${base}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${stack.apiKey}`,
      'content-type': 'application/json',
      'gatehouse-subject': await stack.subjectToken('northwind', session),
      ...(ticket === undefined ? {} : { 'gatehouse-approval': ticket }),
    },
    body: JSON.stringify({ ...approved('Please note: call the customer'), tools: TOOLS, ...more }),
  })
  const text = await response.text()
  const line = text.split('\n').find((part) => part.includes('"error"')) ?? text
  const parsed = (line.includes('"error"') ? JSON.parse(line.replace(/^data: /, '')) : {}) as {
    readonly error?: { readonly code?: string; readonly approval?: string }
  }
  return { status: response.status, code: parsed.error?.code, approval: parsed.error?.approval, text }
}

/** A person decides, and every gateway that is asked knows. */
async function decide(ticket: string | undefined, decision: 'approved' | 'refused', as = 'lena:approver') {
  const id = (ticket ?? '').split('.')[0] ?? ''
  const session = await remoteSession(stack.state, as)
  return session.call('decideToolApproval', { id, decision, comment: 'seen' })
}
const settled = (ticket: string | undefined, wanted: (reply: Reply) => boolean, ...rest: [object?, string?]) =>
  eventually(() => ask(rest[0], ticket, rest[1]), wanted)
const isDecided = ({ code }: Reply): boolean => code !== 'approval_required'

describe('a chat answer whose call needs approval', () => {
  test('waits, is shown to people in words, and is given out once without asking the model again', async () => {
    const first = await ask()
    expect([first.status, first.code]).toEqual([403, 'approval_required'])
    expect(await ask({}, first.approval)).toMatchObject({
      status: 403,
      code: 'approval_required',
      approval: first.approval,
    })
    const listed = await stack.call('listToolApprovals', { status: 'pending' })
    const [item] = listed.ok ? listed.value.items : []
    expect(item).toMatchObject({ tool: 'save_note', roles: ['team-lead'], tenant: 'northwind' })
    expect(String((item?.['document'] as JsonObject | undefined)?.['text'] ?? item?.['text'])).toContain(
      'text: "call the customer"',
    )
    expect(JSON.stringify(item)).not.toContain(first.approval!.split('.')[1])
    expect((await decide(first.approval, 'approved')).ok).toBe(true)
    const given = await settled(first.approval, isDecided)
    expect(given.status).toBe(200)
    expect(given.text).toContain('call the customer')
    expect(given.text).toContain(`${DISCLOSURE}\\n\\nI will note it.`)
    expect(stack.provider.seen).toHaveLength(1)
    expect(await ask({}, first.approval)).toMatchObject({ status: 403, code: 'invalid_approval' })
    // How often it was asked until people had decided is not known beforehand.
    await eventually(
      () => stack.decisions(4),
      (decisions) => decisions.some((record) => JSON.stringify(record).includes('"rule":"approved"')),
    )
  })

  test('is given out as a stream where a stream was asked for', async () => {
    const first = await ask({ stream: true })
    expect(first.code).toBe('approval_required')
    await decide(first.approval, 'approved')
    const given = await settled(first.approval, isDecided, { stream: true })
    expect(given.text).toContain('data: [DONE]')
    expect(given.text).toContain('call the customer')
    expect(given.text).toContain(`${DISCLOSURE}\\n\\nI will note it.`)
    expect(stack.provider.seen).toHaveLength(1)
  })

  test('is raised by the real client with the ticket in its error, and passes with the header', async () => {
    const headers = { 'gatehouse-subject': await stack.subjectToken() }
    const body = { ...approved('Please note: call the customer'), tools: TOOLS }
    const raised = await stack
      .client()
      .chat.completions.create(body, { headers })
      .catch((error: unknown) => error)
    const ticket = ((raised as APIError).error as { approval?: string }).approval ?? ''
    expect((raised as APIError).headers?.get('gatehouse-approval')).toBe(ticket)
    await decide(ticket, 'approved')
    const completion = await eventually(
      () =>
        stack
          .client()
          .chat.completions.create(body, { headers: { ...headers, 'gatehouse-approval': ticket } })
          .catch(() => undefined),
      (done) => done !== undefined,
    )
    expect(completion?.choices[0]?.message.tool_calls).toMatchObject([{ function: { name: 'save_note' } }])
  })

  test('is for this request of this session only', async () => {
    const { approval } = await ask()
    await decide(approval, 'approved')
    expect(await ask({ messages: approved('Please note: pay the customer').messages }, approval)).toMatchObject({
      code: 'invalid_approval',
    })
    expect(await ask({}, approval, stack.gateway.url, 's-2')).toMatchObject({ code: 'invalid_approval' })
    expect(await ask({}, `${approval!.split('.')[0]}.${'A'.repeat(43)}`)).toMatchObject({ code: 'invalid_approval' })
    expect(await ask({}, 'ticket')).toMatchObject({ code: 'invalid_approval' })
    // None of these has spent it.
    expect((await settled(approval, isDecided)).status).toBe(200)
  })

  test('is refused for good where a person says no', async () => {
    const { approval } = await ask()
    await decide(approval, 'refused')
    expect(await settled(approval, isDecided)).toMatchObject({ status: 403, code: 'invalid_approval' })
    expect((await decide(approval, 'approved')).ok).toBe(false)
  })

  test('is decided by nobody without the role, and by no machine', async () => {
    const { approval } = await ask()
    for (const who of ['eve:engineer', 'ann:auditor', 'gw:gateway'])
      expect((await decide(approval, 'approved', who)).ok).toBe(false)
    expect(await ask({}, approval)).toMatchObject({ code: 'approval_required' })
  })

  test('stays stopped by a kill switch, whatever people say', async () => {
    const { approval } = await ask()
    await decide(approval, 'approved')
    const session = await remoteSession(stack.state, 'rea:responder')
    const kill = await session.call('issueDeny', {
      system: 'shop-bot',
      scope: { kind: 'tool', tool: 'save_note' },
      reason: 'test',
    })
    expect(await settled(approval, isDecided)).toMatchObject({ status: 403, code: 'tool_call_denied' })
    if (kill.ok) await session.call('liftDeny', { id: String(kill.value['id']), reason: 'test' })
  })

  test('has no ticket without a session, and none while the control plane is away', async () => {
    const response = await stack.send('/v1/chat/completions', {
      method: 'POST',
      body: JSON.stringify({ ...approved('Please note'), tools: TOOLS }),
    })
    expect(((await response.json()) as { error: object }).error).not.toHaveProperty('approval')
    expect(response.headers.get('gatehouse-approval')).toBeNull()
  })

  test('is unknown to another gateway that shares no Redis', async () => {
    await using folder = await tempFolder()
    await using other = await startGatewayOrThrow({ ...stack.options, folder: folder.path })
    const { approval } = await ask()
    await decide(approval, 'approved')
    expect(await ask({}, approval, other.url)).toMatchObject({ code: 'invalid_approval' })
    expect((await settled(approval, isDecided)).status).toBe(200)
  })
})

test('of ten who come with one ticket at once, one is served', async () => {
  const { approval } = await ask()
  await decide(approval, 'approved')
  const replies = await eventually(
    () => Promise.all(Array.from({ length: 10 }, () => ask({}, approval))),
    (all) => all.some(isDecided),
  )
  expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
})

test('has no ticket while the Redis of approvals is away', async () => {
  await using folder = await tempFolder()
  const configFile = join(folder.path, 'gateway.yaml')
  const config = JSON.parse(await readFile(stack.options.configFile ?? '', 'utf8')) as object
  await writeFile(configFile, JSON.stringify({ ...config, approvals: { redis: { url: { env: 'REDIS' } } } }))
  await using gateway = await startGatewayOrThrow({
    ...stack.options,
    configFile,
    folder: join(folder.path, 'gateway'),
    // Nothing listens there.
    processEnvironment: { ...stack.options.processEnvironment, REDIS: 'redis://127.0.0.1:1' },
  })
  expect(await ask({}, undefined, gateway.url)).toMatchObject({ code: 'approval_required', approval: undefined })
  // A ticket from before is not taken for a yes either.
  expect((await ask({}, 'gha_not-a-ticket', gateway.url)).status).toBe(403)
})

// Skipped where no Redis answers: there is nothing to share then.
test.skipIf(!hasRedis)('gateways on one Redis give one answer out once between them', async () => {
  await using folder = await tempFolder()
  const configFile = join(folder.path, 'gateway.yaml')
  const config = JSON.parse(await readFile(stack.options.configFile ?? '', 'utf8')) as object
  await writeFile(configFile, JSON.stringify({ ...config, approvals: { redis: { url: { env: 'REDIS' } } } }))
  const options = {
    ...stack.options,
    configFile,
    processEnvironment: { ...stack.options.processEnvironment, REDIS: REDIS_URL },
  }
  await using first = await startGatewayOrThrow({ ...options, folder: join(folder.path, 'a') })
  await using second = await startGatewayOrThrow({ ...options, folder: join(folder.path, 'b') })
  const { approval } = await eventually(
    () => ask({}, undefined, first.url),
    (reply) => reply.approval !== undefined,
  )
  await decide(approval, 'approved')
  const replies = await eventually(
    () => Promise.all([first, second, first, second].map(({ url }) => ask({}, approval, url))),
    (all) => all.some(isDecided),
  )
  expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
})

test('the decision point asks people, too', async () => {
  const question = async (ticket?: string): Promise<Record<string, unknown>> => {
    const response = await stack.send('/v1/authorize', {
      method: 'POST',
      headers: {
        'gatehouse-subject': await stack.subjectToken(),
        ...(ticket === undefined ? {} : { 'gatehouse-approval': ticket }),
      },
      body: JSON.stringify({ tool: 'save_note', arguments: { text: 'x' } }),
    })
    return (await response.json()) as Record<string, unknown>
  }
  const first = await question()
  expect(first['decision']).toBe('require-approval')
  const ticket = String(first['approval'])
  await decide(ticket, 'approved')
  const allowed = await eventually(
    () => question(ticket),
    ({ decision }) => decision !== 'require-approval',
  )
  expect(allowed).toMatchObject({ decision: 'allow', rule: 'approved' })
  expect(await question(ticket)).toMatchObject({ decision: 'block', code: 'invalid_approval' })
})
