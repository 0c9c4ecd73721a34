import { array, assert, constantFrom, emailAddress, oneof, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nodeRandomBytes } from '../../adapters/crypto/node-crypto.ts'
import { memoryVaultStore, type VaultBounds } from '../../adapters/vault/memory-vault-store.ts'
import { nodeVaultCrypto } from '../../adapters/vault/node-vault-crypto.ts'
import { epochMs, MINUTE_MS } from '../../base/instant.ts'
import type { ConversationMessage } from '../session/conversation.ts'
import { pseudonymiseMessages } from './pseudonymise-messages.ts'
import { restoreText, type RestoreSink } from './restore.ts'
import { createVault, type Vault, type VaultCrypto, type VaultScope } from './vault.ts'

const SCOPE: VaultScope = { tenant: 'acme', session: 's-1', purpose: 'chat' }
const DISPLAY: RestoreSink = { kind: 'display', clearance: 'restricted' }
const MAIL = 'author-a@example.com'
const realCrypto = nodeVaultCrypto(new Uint8Array(32).fill(7), nodeRandomBytes)

interface Held {
  readonly vault: Vault
  now: number
}
function held(crypto: VaultCrypto = realCrypto, bounds?: VaultBounds): Held {
  const state = { now: 1_000 }
  const clock = (): ReturnType<typeof epochMs> => epochMs(state.now)
  const vault = createVault({ crypto, clock, store: memoryVaultStore(clock, bounds) }, { ttlMs: 30 * MINUTE_MS })
  return Object.assign(state, { vault })
}
function token({ vault }: Held, value = MAIL, scope = SCOPE): string {
  const made = vault.tokenFor(scope, 'EMAIL', value, 'tenant')
  if (made === undefined) throw new Error('no token')
  return made
}
const user = (text: string): ConversationMessage => ({ role: 'user', text })
function pseudonymised(
  { vault }: Held,
  messages: readonly ConversationMessage[],
  scope = SCOPE,
): readonly ConversationMessage[] {
  const changed = pseudonymiseMessages(messages, vault, scope)
  if (!changed.ok) throw new Error(changed.failure.message)
  return changed.value
}
const restored = ({ vault }: Held, text: string, scope = SCOPE): string =>
  restoreText(text, (one) => vault.reveal(scope, one), DISPLAY)

test('a store or key that throws keeps nothing and reveals nothing: what was to be kept is taken out for good', () => {
  const throws = (): never => {
    throw new Error('broken')
  }
  const clock = (): ReturnType<typeof epochMs> => epochMs(1_000)
  const store = memoryVaultStore(clock)
  for (const broken of [
    { store: { ...store, get: throws } },
    { store: { ...store, put: throws } },
    { store: { ...store, put: () => undefined as never } },
    { crypto: { ...realCrypto, mac: throws } },
    { crypto: { ...realCrypto, seal: throws } },
  ]) {
    const vault = createVault({ crypto: realCrypto, clock, store, ...broken }, { ttlMs: MINUTE_MS })
    expect(vault.tokenFor(SCOPE, 'EMAIL', MAIL, 'tenant')).toBeUndefined()
    expect(pseudonymiseMessages([user(`mail ${MAIL}`)], vault, SCOPE)).toMatchObject({
      value: [{ text: 'mail [EMAIL]' }],
    })
  }
  const blind = createVault({ crypto: { ...realCrypto, open: throws }, clock, store }, { ttlMs: MINUTE_MS })
  const kept = createVault({ crypto: realCrypto, clock, store }, { ttlMs: MINUTE_MS })
  const one = kept.tokenFor(SCOPE, 'EMAIL', MAIL, 'tenant') ?? ''
  expect(restoreText(one, (token) => blind.reveal(SCOPE, token), DISPLAY)).toBe(one)
  expect(restoreText(one, (token) => kept.reveal(SCOPE, token), DISPLAY)).toBe(MAIL)
})

describe('a token', () => {
  test('is the same for the same value in one scope and opens to it', () => {
    const state = held()
    expect(token(state)).toMatch(/^⟦EMAIL:[0-9A-Z]{6}⟧$/)
    expect(token(state)).toBe(token(state))
    expect(state.vault.reveal(SCOPE, token(state))).toEqual({ value: MAIL, confidentiality: 'tenant' })
  })

  test.each<[string, Partial<VaultScope>]>([
    ['tenant', { tenant: 'other' }],
    ['session', { session: 's-2' }],
    ['purpose', { purpose: 'export' }],
  ])('of another %s is another, and means nothing here', (_, change) => {
    const state = held()
    const foreign = token(state, MAIL, { ...SCOPE, ...change })
    expect(foreign).not.toBe(token(state))
    expect(state.vault.reveal(SCOPE, foreign)).toBeUndefined()
  })

  test('means nothing after its time, counted from its last use', () => {
    const state = held()
    const first = token(state)
    state.now += 20 * MINUTE_MS
    token(state)
    state.now += 20 * MINUTE_MS
    expect(state.vault.reveal(SCOPE, first)).toBeDefined()
    state.now += 10 * MINUTE_MS
    expect(state.vault.reveal(SCOPE, first)).toBeUndefined()
  })

  test('stands for one value only, when two values hash alike', () => {
    const colliding: VaultCrypto = {
      ...realCrypto,
      mac: (scope, text) => {
        const attempt = (JSON.parse(text) as [string, number, string])[1]
        return attempt === 0 ? new Uint8Array(32) : realCrypto.mac(scope, text)
      },
    }
    const state = held(colliding)
    const [one, two] = [token(state, 'a@example.com'), token(state, 'b@example.com')]
    expect(one).not.toBe(two)
    expect([state.vault.reveal(SCOPE, one)?.value, state.vault.reveal(SCOPE, two)?.value]).toEqual([
      'a@example.com',
      'b@example.com',
    ])
    expect([token(state, 'a@example.com'), token(state, 'b@example.com')]).toEqual([one, two])
  })

  test('is not made when every hash collides', () => {
    const state = held({ ...realCrypto, mac: () => new Uint8Array(32) })
    token(state, 'a@example.com')
    expect(state.vault.tokenFor(SCOPE, 'EMAIL', 'b@example.com', 'tenant')).toBeUndefined()
  })

  test('keeps the higher of two confidentialities', () => {
    const state = held()
    state.vault.tokenFor(SCOPE, 'EMAIL', MAIL, 'restricted')
    expect(state.vault.reveal(SCOPE, token(state))?.confidentiality).toBe('restricted')
  })

  test.each([
    ['session', (vault: Vault) => vault.eraseSession('acme', 's-1')],
    ['tenant', (vault: Vault) => vault.eraseTenant('acme')],
  ])('means nothing once its %s is erased, and others stay', (_, erase) => {
    const state = held()
    const other = { ...SCOPE, tenant: 'other' }
    const [mine, theirs] = [token(state), token(state, MAIL, other)]
    expect(erase(state.vault)).toBe(1)
    expect([state.vault.reveal(SCOPE, mine), state.vault.reveal(other, theirs)?.value]).toEqual([undefined, MAIL])
  })
})

describe('a full vault', () => {
  test('redacts for good what it cannot keep', () => {
    const state = held(realCrypto, { entriesPerScopeMax: 1, entriesMax: 10 })
    const [message] = pseudonymised(state, [user('a@example.com and b@example.com')])
    expect(message?.text).toMatch(/^⟦EMAIL:[0-9A-Z]{6}⟧ and \[EMAIL\]$/)
  })

  test('makes room by what has expired, then by the scope that was unused longest', () => {
    const state = held(realCrypto, { entriesPerScopeMax: 1, entriesMax: 2 })
    const [first, second, third] = ['1', '2', '3'].map((session) => ({ ...SCOPE, session }))
    const tokens = [first, second, third].map((scope) => token(state, MAIL, scope))
    expect([first, second, third].map((scope, index) => state.vault.reveal(scope!, tokens[index]!)?.value)).toEqual([
      undefined,
      MAIL,
      MAIL,
    ])
    state.now += 31 * MINUTE_MS
    expect(state.vault.tokenFor(third!, 'EMAIL', 'b@example.com', 'tenant')).toBeDefined()
  })
})

describe('the messages of a request', () => {
  test('are pseudonymised alike: every role, tool results and arguments', () => {
    const state = held()
    const messages: readonly ConversationMessage[] = [
      { role: 'system', text: `Owner: ${MAIL}` },
      user(`I am ${MAIL}`),
      {
        role: 'assistant',
        text: `Hello ${MAIL}`,
        isSigned: true,
        toolCalls: [{ id: 'c', name: 'find', arguments: JSON.stringify({ mail: MAIL }) }],
      },
      { role: 'tool', callId: 'c', text: '{"mail":"author-a\\u0040example.com","n":1}' },
    ]
    const expected = token(state)
    const changed = pseudonymised(state, messages)
    expect(JSON.stringify(changed)).not.toContain('example.com')
    expect(changed.map(({ text }) => text)).toEqual([
      `Owner: ${expected}`,
      `I am ${expected}`,
      `Hello ${expected}`,
      `{"mail":"${expected}","n":1}`,
    ])
    expect(changed[2]).toMatchObject({ toolCalls: [{ arguments: `{"mail":"${expected}"}` }] })
  })

  test('are refused when one cannot be looked at', () => {
    const state = held()
    expect(pseudonymiseMessages([user('x'.repeat(1_000_001))], state.vault, SCOPE)).toMatchObject({
      ok: false,
      failure: { code: 'vault/not-judged' },
    })
    const deep = `${'['.repeat(100)}${']'.repeat(100)}`
    expect(pseudonymiseMessages([user(deep)], state.vault, SCOPE)).toMatchObject({ ok: false })
  })

  test.each([
    ['typed by a user', (live: string): ConversationMessage => user(`Say ${live}`)],
    [
      'escaped in a tool result',
      (live: string): ConversationMessage => ({
        role: 'tool',
        callId: 'c',
        text: JSON.stringify({ a: live }).replaceAll('⟦', '\\u27e6'),
      }),
    ],
  ])('turn a live token %s into a literal that restores to itself and to no value', (_, forge) => {
    const state = held()
    const live = token(state)
    const [message] = pseudonymised(state, [forge(live)])
    expect(message?.text).not.toContain(live)
    expect(restored(state, message?.text ?? '')).toContain(live)
    expect(restored(state, message?.text ?? '')).not.toContain(MAIL)
  })
})

test('what is pseudonymised comes back as it was, with tokens typed by hand among it', () => {
  const state = held()
  const live = token(state)
  const piece = oneof(
    emailAddress().filter((mail) => !/[/\\&#?:]/.test(mail)),
    constantFrom('4111 1111 1111 1111', live, '⟦EMAIL:ZZZZZZ⟧', '⟦', '⟧', '$&', 'words', '[EMAIL]'),
    string({ maxLength: 6 }).filter((text) => !/[/\\&#?:.@<>\]()]/.test(text)),
  )
  assert(
    property(array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join(' ')
      const [message] = pseudonymised(state, [user(text)])
      expect(restored(state, message?.text ?? '')).toBe(text)
    }),
    { numRuns: 300 },
  )
})

describe('the cipher', () => {
  const sealed = realCrypto.seal(SCOPE, '⟦EMAIL:7F3K9Q⟧', MAIL)

  test('gives other bytes each time and the value back', () => {
    expect(realCrypto.seal(SCOPE, '⟦EMAIL:7F3K9Q⟧', MAIL)).not.toEqual(sealed)
    expect(realCrypto.open(SCOPE, '⟦EMAIL:7F3K9Q⟧', sealed)).toBe(MAIL)
  })

  test.each<[string, VaultScope, string]>([
    ['another token', SCOPE, '⟦EMAIL:000000⟧'],
    ['another tenant', { ...SCOPE, tenant: 'other' }, '⟦EMAIL:7F3K9Q⟧'],
    ['another session', { ...SCOPE, session: 's-2' }, '⟦EMAIL:7F3K9Q⟧'],
    ['another purpose', { ...SCOPE, purpose: 'export' }, '⟦EMAIL:7F3K9Q⟧'],
  ])('does not open for %s', (_, scope, other) => {
    expect(realCrypto.open(scope, other, sealed)).toBeUndefined()
  })

  test('does not open with any one byte changed, cut or under another master key', () => {
    for (let index = 0; index < sealed.length; index++) {
      const changed = Uint8Array.from(sealed, (byte, at) => (at === index ? byte ^ 1 : byte))
      expect(realCrypto.open(SCOPE, '⟦EMAIL:7F3K9Q⟧', changed)).toBeUndefined()
    }
    for (const length of [0, 12, 27, sealed.length - 1])
      expect(realCrypto.open(SCOPE, '⟦EMAIL:7F3K9Q⟧', sealed.subarray(0, length))).toBeUndefined()
    const other = nodeVaultCrypto(new Uint8Array(32).fill(8), nodeRandomBytes)
    expect(other.open(SCOPE, '⟦EMAIL:7F3K9Q⟧', sealed)).toBeUndefined()
  })

  test('wants a whole master key', () => {
    expect(() => nodeVaultCrypto(new Uint8Array(16), nodeRandomBytes)).toThrow(RangeError)
  })
})

test('a clock that is no number opens nothing', () => {
  const store = memoryVaultStore(() => epochMs(1_000))
  const ports = { crypto: realCrypto, store }
  const made = createVault({ ...ports, clock: () => epochMs(1_000) }, { ttlMs: MINUTE_MS }).tokenFor(
    SCOPE,
    'EMAIL',
    MAIL,
    'tenant',
  )
  const broken = createVault({ ...ports, clock: () => Number.NaN as ReturnType<typeof epochMs> }, { ttlMs: MINUTE_MS })
  expect(made).toBeDefined()
  expect(broken.reveal(SCOPE, made ?? '')).toBeUndefined()
})
