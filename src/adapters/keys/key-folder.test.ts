import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { KEY_PURPOSES } from '../../application/keys/signing-keys.ts'
import { base64Of, utf8 } from '../../base/bytes.ts'
import { epochMs } from '../../base/instant.ts'
import { ed25519Verifier, rawPublicKey } from '../crypto/ed25519.ts'
import { openKeyFolder, writeTrustFile, type KeyFolder } from './key-folder.ts'

const FILES = [...KEY_PURPOSES.map((purpose) => `${purpose}.pem`), 'workload.pem', 'pseudonym.key']

let parent: string
let folder: string
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'gatehouse-keys-'))
  folder = join(parent, 'state', 'keys')
})
afterEach(() => rm(parent, { recursive: true, force: true }))

async function openOrThrow(): Promise<KeyFolder> {
  const opened = await openKeyFolder(folder)
  if (!opened.ok) throw new Error(opened.failure.message)
  return opened.value
}

const fingerprints = ({ keys, pseudonymKey, workloadKey }: KeyFolder): unknown => [
  KEY_PURPOSES.map((purpose) => keys[purpose].keyId),
  base64Of(pseudonymKey),
  base64Of(rawPublicKey(workloadKey)),
]

describe('a key folder', () => {
  test('is made with one key per purpose, in a folder and files that their owner alone can read', async () => {
    const opened = await openOrThrow()
    expect((await readdir(folder)).toSorted()).toEqual(FILES.toSorted())
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
    for (const file of FILES) expect((await stat(join(folder, file))).mode & 0o777, file).toBe(0o600)
    const ids = [
      ...KEY_PURPOSES.map((purpose) => base64Of(opened.keys[purpose].publicKey)),
      base64Of(rawPublicKey(opened.workloadKey)),
    ]
    expect(new Set(ids).size).toBe(KEY_PURPOSES.length + 1)
    expect(opened.pseudonymKey.length).toBe(32)
  })

  test('gives the same keys when it is opened again, and other keys in another folder', async () => {
    const first = fingerprints(await openOrThrow())
    expect(fingerprints(await openOrThrow())).toEqual(first)
    folder = join(parent, 'other')
    expect(fingerprints(await openOrThrow())).not.toEqual(first)
  })

  test('is the same for two that open it at once', async () => {
    await openOrThrow()
    const [one, two] = await Promise.all([openOrThrow(), openOrThrow()])
    expect(fingerprints(one)).toEqual(fingerprints(two))
  })

  test('makes nothing where something is missing that may not be made, and names it', async () => {
    await openOrThrow()
    await rm(join(folder, 'deny.pem'))
    await rm(join(folder, 'pseudonym.key'))
    const before = (await readdir(folder)).toSorted()
    const opened = await openKeyFolder(folder, (name) => name === 'deny')
    expect(opened).toMatchObject({ ok: false, failure: { code: 'keys/missing' } })
    expect(JSON.stringify(opened)).toContain('pseudonym.key')
    expect(JSON.stringify(opened)).not.toContain('deny.pem')
    expect((await readdir(folder)).toSorted()).toEqual(before)
  })

  test('makes a missing file anew and leaves the others alone', async () => {
    const first = await openOrThrow()
    await rm(join(folder, 'deny.pem'))
    const second = await openOrThrow()
    for (const purpose of KEY_PURPOSES)
      expect(second.keys[purpose].keyId === first.keys[purpose].keyId, purpose).toBe(purpose !== 'deny')
  })

  test('whose making was cut short is finished on the next opening', async () => {
    const first = fingerprints(await openOrThrow())
    // What a kill leaves behind: half a draft, and no key of that name.
    await rm(join(folder, 'gate.pem'))
    for (const file of FILES) await writeFile(join(folder, `${file}.draft`), '-----BEGIN PRIV')
    const second = await openOrThrow()
    expect(fingerprints(second)).not.toEqual(first)
    expect(fingerprints(await openOrThrow())).toEqual(fingerprints(second))
    expect(await readdir(folder)).not.toContain('gate.pem.draft')
  })

  test('that others could enter is closed to them on opening', async () => {
    await openOrThrow()
    await chmod(folder, 0o755)
    await openOrThrow()
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
  })

  test('signs so that the public half verifies, and no other purpose does', async () => {
    const { keys } = await openOrThrow()
    const signature = await keys.gate.sign(utf8('body'))
    for (const purpose of KEY_PURPOSES)
      expect(await ed25519Verifier(keys[purpose].publicKey).verify(utf8('body'), signature), purpose).toBe(
        purpose === 'gate',
      )
    expect(await ed25519Verifier(keys.gate.publicKey).verify(utf8('bodY'), signature)).toBe(false)
  })
})

describe.each(FILES)('the file %s', (file) => {
  test.each([0o644, 0o640, 0o604, 0o610, 0o622, 0o666])('is refused when its mode lets others in: %o', async (mode) => {
    await openOrThrow()
    await chmod(join(folder, file), mode)
    const opened = await openKeyFolder(folder)
    expect(opened).toMatchObject({
      ok: false,
      failure: { code: 'keys/permissions', next: `chmod 600 ${join(folder, file)}` },
    })
    await chmod(join(folder, file), 0o600)
    expect((await openKeyFolder(folder)).ok).toBe(true)
  })

  test.each<{ what: string; damage: (content: string) => string | Uint8Array }>([
    { what: 'empty', damage: () => '' },
    { what: 'cut', damage: (content) => content.slice(0, content.length / 2) },
    { what: 'garbage', damage: () => 'not a key at all, but a secret all the same' },
    { what: 'not text', damage: () => Uint8Array.of(0, 255, 1, 254) },
    { what: 'without its first line', damage: (content) => content.slice(20) },
  ])('is refused when it is $what, without a word of its content', async ({ damage }) => {
    await openOrThrow()
    const path = join(folder, file)
    const content = await readFile(path, 'utf8')
    const damaged = damage(content)
    await writeFile(path, damaged)
    const opened = await openKeyFolder(folder)
    expect(opened).toMatchObject({ ok: false, failure: { code: 'keys/damaged' } })
    const said = JSON.stringify(opened)
    expect(said).toContain(file)
    for (const secret of [...content.split('\n').filter((line) => line.length > 30), 'a secret all the same']) {
      for (let at = 0; at + 8 <= secret.length; at += 4) expect(said).not.toContain(secret.slice(at, at + 8))
    }
    // What is damaged is left for a person to look at, never replaced.
    expect(Buffer.from(damaged as string)).toEqual(await readFile(path))
  })
})

test.each([
  {
    what: 'an RSA key',
    make: () =>
      generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
  },
  {
    what: 'an X25519 key',
    make: () => generateKeyPairSync('x25519').privateKey.export({ type: 'pkcs8', format: 'pem' }),
  },
  {
    what: 'an elliptic-curve key',
    make: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
  },
  {
    what: 'a public key',
    make: () => createPublicKey(generateKeyPairSync('ed25519').privateKey).export({ type: 'spki', format: 'pem' }),
  },
  {
    what: 'a key under a passphrase',
    make: () =>
      generateKeyPairSync('ed25519').privateKey.export({
        type: 'pkcs8',
        format: 'pem',
        cipher: 'aes-256-cbc',
        passphrase: 'x',
      }),
  },
])('$what in the place of a signing key is refused', async ({ make }) => {
  await openOrThrow()
  await writeFile(join(folder, 'gate.pem'), make())
  expect(await openKeyFolder(folder)).toMatchObject({ ok: false, failure: { code: 'keys/damaged' } })
})

test('the trust file holds the public halves and nothing secret', async () => {
  const { keys } = await openOrThrow()
  const path = join(parent, 'trust.json')
  const trust = await writeTrustFile(
    path,
    { organization: 'acme', origin: 'ledger.example/acme', now: epochMs(0) },
    keys,
  )
  const text = await readFile(path, 'utf8')
  expect(JSON.parse(text)).toEqual(trust)
  expect(trust.keys.map(({ purpose, keyId }) => [purpose, keyId])).toEqual(
    KEY_PURPOSES.map((purpose) => [purpose, keys[purpose].keyId]),
  )
  for (const file of FILES) {
    const secret = (await readFile(join(folder, file), 'utf8'))
      .split('\n')
      .find((line) => /^[A-Za-z0-9+/=]{40,}$/.test(line))!
    // The first 16 bytes of every PKCS#8 Ed25519 key are the same header.
    expect(text).not.toContain(secret.slice(-24))
  }
})
