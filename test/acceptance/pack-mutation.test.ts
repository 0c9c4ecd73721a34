import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nodeSha256 } from '../../src/adapters/crypto/node-crypto.ts'
import { utf8 } from '../../src/base/bytes.ts'
import { digestOfBytes } from '../../src/base/digest.ts'
import { canonicalJsonOf, type JsonObject } from '../../src/base/json.ts'
import { PACK_PATHS } from '../../src/contract/archive/pack-layout.ts'
import { verifyPack, type PackReport, type PackTrust } from '../../src/contract/archive/verify-pack.ts'
import { IN_TOTO_PAYLOAD, signEnvelope } from '../../src/domain/evidence/dsse.ts'
import { runCli } from '../../src/entrypoints/cli/run.ts'
import type { OpenedNode } from '../../src/entrypoints/node/open-node.ts'
import { filesOf, indexOf, packOf, resigned, trustIn, zipOf } from '../support/built-pack.ts'
import { capturedTerminal } from '../support/captured-terminal.ts'
import { gateOrThrow, openNodeOrThrow, sessionOn } from '../support/owned-state.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { SYSTEM, tinyManifest, tinyPack, writeTinyProject } from '../support/tiny-project.ts'

/** Repeat a failure with `FUZZ_SEED=…`. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_121)

const cleanUp = new AsyncDisposableStack()
let node: OpenedNode
let other: OpenedNode
let older: Uint8Array
let pack: Uint8Array
let trust: PackTrust
let files: ReadonlyMap<string, Uint8Array>

beforeAll(async () => {
  const folder = cleanUp.use(await tempFolder()).path
  const project = await writeTinyProject(join(folder, 'project'))
  node = cleanUp.use(await openNodeOrThrow(join(folder, 'state')))
  other = cleanUp.use(await openNodeOrThrow(join(folder, 'other')))
  await gateOrThrow(sessionOn(node), project)
  older = await packOf(sessionOn(node), SYSTEM)
  await gateOrThrow(sessionOn(node), project)
  await gateOrThrow(sessionOn(other), project)
  pack = await packOf(sessionOn(node), SYSTEM)
  trust = await trustIn(node.stateFolder)
  files = filesOf(pack)
})
afterAll(() => cleanUp.disposeAsync())

const verify = (archive: Uint8Array, against: PackTrust = trust): Promise<PackReport> =>
  verifyPack(nodeSha256, archive, against)

/** The step at which it was refused, or `good`. */
const refusedAt = async (archive: Uint8Array, against: PackTrust = trust): Promise<string> =>
  (await verify(archive, against)).steps.find(({ isGood }) => !isGood)?.name ?? 'good'

/** The mutants that pass, by name: none is the only right answer. */
async function survivors(mutants: Iterable<readonly [string, Uint8Array]>): Promise<readonly string[]> {
  const passed: string[] = []
  for (const [name, mutant] of mutants) {
    const report = await verify(mutant)
    if (report.isGood || report.steps.every(({ isGood }) => isGood)) passed.push(name)
  }
  return passed
}

test('the pack itself is good, twice, and is the same bytes when written again', async () => {
  expect((await verify(pack)).isGood).toBe(true)
  expect((await verify(pack)).steps.map(({ name }) => name)).toEqual([
    'archive',
    'index',
    'files',
    'checkpoint',
    'entries',
    'inclusion',
    'attestations',
  ])
  expect(Buffer.from(zipOf(files)).equals(pack)).toBe(true)
})

describe('bytes of the archive', () => {
  function* flipped(bytes: Uint8Array): Generator<readonly [string, Uint8Array]> {
    const random = seededRandom(SEED)
    const mutant = Uint8Array.from(bytes)
    for (const [at, byte] of bytes.entries()) {
      const bit = Math.floor(random() * 8)
      mutant[at] = byte ^ (1 << bit)
      yield [`seed ${SEED}: byte ${at}, bit ${bit}`, mutant]
      mutant[at] = (byte + 1) & 0xff
      yield [`byte ${at} plus one`, mutant]
      mutant[at] = byte
    }
  }

  test('none can change, by one bit or by one', async () => {
    expect(await survivors(flipped(pack))).toEqual([])
  })

  test('none can be missing at the end', async () => {
    const short = Array.from({ length: pack.length }, (_, length): [string, Uint8Array] => [
      `first ${length}`,
      pack.subarray(0, length),
    ])
    expect(await survivors(short)).toEqual([])
  })

  test('none can be missing at the start', async () => {
    const late = Array.from({ length: pack.length }, (_, from): [string, Uint8Array] => [
      `from ${from + 1}`,
      pack.subarray(from + 1),
    ])
    expect(await survivors(late)).toEqual([])
  })

  test('none can be added, before, behind or between', async () => {
    const random = seededRandom(SEED)
    const mutants: [string, Uint8Array][] = []
    for (let run = 0; run < 300; run++) {
      const extra = Uint8Array.from({ length: 1 + Math.floor(random() * 40) }, () => Math.floor(random() * 256))
      const at = run % 3 === 0 ? 0 : run % 3 === 1 ? pack.length : Math.floor(random() * pack.length)
      mutants.push([`${extra.length} at ${at}`, Buffer.concat([pack.subarray(0, at), extra, pack.subarray(at)])])
    }
    mutants.push(['the pack twice', Buffer.concat([pack, pack])])
    expect(await survivors(mutants)).toEqual([])
  })
})

describe('bytes of the files, in an archive that is written again around them', () => {
  function* changed(): Generator<readonly [string, Uint8Array]> {
    const random = seededRandom(SEED + 1)
    for (const [path, bytes] of files)
      for (let at = Math.floor(random() * 5); at < bytes.length; at += 5) {
        const mutant = Uint8Array.from(bytes)
        mutant[at] = (mutant[at] ?? 0) ^ (1 << Math.floor(random() * 8))
        yield [`${path}, byte ${at}`, zipOf(new Map([...files, [path, mutant]]))]
      }
  }

  test('none can change: the index says so', async () => {
    expect(await survivors(changed())).toEqual([])
  })

  test('not even by who holds the ledger key, in what the ledger committed to', async () => {
    const random = seededRandom(SEED + 2)
    const passed: string[] = []
    for (const [path, bytes] of files) {
      // The copy of the trust file vouches for nothing: auditors bring their own.
      if (path === PACK_PATHS.trust || path === PACK_PATHS.index) continue
      for (let at = Math.floor(random() * 13); at < bytes.length; at += 13) {
        const mutant = Uint8Array.from(bytes)
        mutant[at] = (mutant[at] ?? 0) ^ (1 << Math.floor(random() * 7))
        const archive = await resigned(new Map([...files, [path, mutant]]), node.keys.ledger)
        if ((await refusedAt(archive)) === 'good') passed.push(`seed ${SEED}: ${path}, byte ${at}`)
      }
    }
    expect(passed).toEqual([])
  })
})

describe('whole pieces', () => {
  const pathsOf = (kind: string): readonly string[] => [...files.keys()].filter((path) => path.startsWith(kind))
  const without = (...paths: readonly string[]): ReadonlyMap<string, Uint8Array> =>
    new Map([...files].filter(([path]) => !paths.includes(path)))
  const withFile = (path: string, bytes: Uint8Array): ReadonlyMap<string, Uint8Array> =>
    new Map([...files, [path, bytes]])

  test('a file that goes missing is missed, whichever it is', async () => {
    for (const path of files.keys())
      expect(await refusedAt(zipOf(without(path))), path).toBe(path === PACK_PATHS.index ? 'index' : 'files')
  })

  test('a file that nobody listed is refused', async () => {
    expect(await refusedAt(zipOf(withFile('attestations/extra.dsse.json', utf8('{}'))))).toBe('files')
    expect(await refusedAt(zipOf(withFile('readme', utf8('hello'))))).toBe('files')
  })

  test('an entry that is dropped with its line in the index needs the ledger key, and its proofs stay true', async () => {
    const [path] = pathsOf('entries/')
    const proof = path!.replace('entries/', 'proofs/').replace('.json', '.tlog-proof')
    const stranger = other.keys.ledger
    expect(await refusedAt(await resigned(without(path!, proof), stranger))).toBe('index')
    const kept = indexOf(files).entries
    // The owner of the key may select entries; an index that still names the dropped one is refused.
    expect(await refusedAt(await resigned(without(path!, proof), node.keys.ledger, { entries: kept }))).toBe('entries')
    expect(await refusedAt(await resigned(without(proof), node.keys.ledger, { entries: kept }))).toBe('inclusion')
  })

  test('no entry at all proves nothing', async () => {
    const bare = without(...pathsOf('entries/'), ...pathsOf('proofs/'))
    expect(await refusedAt(await resigned(bare, node.keys.ledger, { entries: [] }))).toBe('entries')
  })

  test.each(['before', 'after re-signing'])('an older checkpoint of the same ledger is refused %s', async (when) => {
    const swapped = withFile(PACK_PATHS.checkpoint, filesOf(older).get(PACK_PATHS.checkpoint)!)
    expect(await refusedAt(when === 'before' ? zipOf(swapped) : await resigned(swapped, node.keys.ledger))).toBe(
      when === 'before' ? 'files' : 'checkpoint',
    )
  })

  test('an older checkpoint that the index agrees with does not fit the proofs', async () => {
    const swapped = withFile(PACK_PATHS.checkpoint, filesOf(older).get(PACK_PATHS.checkpoint)!)
    const { ledgerSize } = indexOf(filesOf(older))
    expect(await refusedAt(await resigned(swapped, node.keys.ledger, { ledgerSize }))).toBe('inclusion')
  })

  test('a checkpoint of another ledger is refused, whatever the index says', async () => {
    const foreign = filesOf(await packOf(sessionOn(other), SYSTEM)).get(PACK_PATHS.checkpoint)!
    const swapped = withFile(PACK_PATHS.checkpoint, foreign)
    expect(await refusedAt(zipOf(swapped))).toBe('files')
    expect(await refusedAt(await resigned(swapped, node.keys.ledger))).toBe('checkpoint')
    const [origin, size] = Buffer.from(foreign).toString().split('\n')
    expect(
      await refusedAt(await resigned(swapped, node.keys.ledger, { origin: origin!, ledgerSize: Number(size) })),
    ).toBe('index')
  })

  test('entries that trade places are refused', async () => {
    const [first, second] = pathsOf('entries/')
    const traded = new Map([...files, [first!, files.get(second!)!], [second!, files.get(first!)!]])
    expect(await refusedAt(zipOf(traded))).toBe('files')
    expect(await refusedAt(await resigned(traded, node.keys.ledger))).toBe('inclusion')
    const [left, right] = pathsOf('proofs/')
    const both = new Map([...traded, [left!, files.get(right!)!], [right!, files.get(left!)!]])
    expect(await refusedAt(await resigned(both, node.keys.ledger))).toBe('inclusion')
  })

  test('an entry that is there twice is refused', async () => {
    const [first, second] = pathsOf('entries/')
    const doubled = withFile(second!, files.get(first!)!)
    expect(await refusedAt(zipOf(doubled))).toBe('files')
    expect(await refusedAt(await resigned(doubled, node.keys.ledger))).toBe('inclusion')
  })

  test('a file that the index lists twice is refused', async () => {
    const listed = indexOf(files).files
    expect(await refusedAt(await resigned(files, node.keys.ledger, { files: [...listed, listed[0]!] }))).toBe('files')
  })

  test('two files of one name are no archive', async () => {
    const twice = [...files].map(([path, bytes]) => ({ path, bytes }))
    const { writeStoredZip } = await import('../../src/contract/archive/stored-zip.ts')
    const archive = writeStoredZip([...twice, { path: 'trust.json', bytes: utf8('{}') }])
    expect(await refusedAt(archive)).not.toBe('good')
  })

  test('an attestation that another one of the same gate replaces is refused', async () => {
    const [first, second] = pathsOf('attestations/')
    expect(await refusedAt(zipOf(withFile(first!, files.get(second!)!)))).toBe('files')
  })

  test('an attestation that is no part of any entry is refused, even under an index of the ledger key', async () => {
    const [first, second] = pathsOf('attestations/')
    expect(await refusedAt(await resigned(withFile(first!, files.get(second!)!), node.keys.ledger))).toBe(
      'attestations',
    )
    const forged = await signEnvelope(
      node.keys.gate,
      IN_TOTO_PAYLOAD,
      utf8('{"_type":"https://in-toto.io/Statement/v1"}'),
    )
    const bytes = utf8(canonicalJsonOf(forged as unknown as JsonObject))
    expect(await refusedAt(await resigned(withFile(first!, bytes), node.keys.ledger))).toBe('attestations')
    const added = withFile('attestations/extra.dsse.json', files.get(first!)!)
    expect(await refusedAt(await resigned(added, node.keys.ledger))).toBe('attestations')
    expect(await refusedAt(await resigned(without(first!), node.keys.ledger))).toBe('attestations')
  })

  test('an attestation that a stranger signed is refused', async () => {
    const [first] = pathsOf('attestations/')
    const forged = await signEnvelope(other.keys.gate, IN_TOTO_PAYLOAD, utf8('{}'))
    const bytes = utf8(canonicalJsonOf(forged as unknown as JsonObject))
    expect(await refusedAt(await resigned(withFile(first!, bytes), node.keys.ledger))).toBe('attestations')
  })

  test.each(['gate', 'deny', 'bundle'] as const)('an index that the %s key signed is refused', async (purpose) => {
    expect(await refusedAt(await resigned(files, node.keys[purpose]))).toBe('index')
  })

  test('an index that another ledger signed is refused', async () => {
    expect(await refusedAt(await resigned(files, other.keys.ledger))).toBe('index')
  })

  test('the same index, signed again by its own key, is the same pack', async () => {
    expect(Buffer.from(await resigned(files, node.keys.ledger)).equals(pack)).toBe(true)
  })
})

describe('whom the auditor trusts', () => {
  test('another installation does not vouch for this pack', async () => {
    expect(await refusedAt(pack, await trustIn(other.stateFolder))).toBe('index')
  })

  test.each([
    ['another organization', { organization: 'acme' }, 'index'],
    ['another ledger', { origin: 'gatehouse.dev/local/000000000000' }, 'index'],
    ['no ledger key', { ledger: [] }, 'index'],
    ['no gate key', { gate: [] }, 'attestations'],
  ] as const)('a trust file with %s refuses it', async (_, change, step) => {
    expect(await refusedAt(pack, { ...trust, ...change })).toBe(step)
  })

  async function verifyByCommand(archive: Uint8Array, anchor: string | undefined): Promise<[number, string]> {
    await using folder = await tempFolder()
    await writeFile(join(folder.path, 'pack.zip'), archive)
    const terminal = capturedTerminal(folder.path)
    const args = ['evidence', 'verify', 'pack.zip', ...(anchor === undefined ? [] : ['--trust', anchor])]
    return [await runCli(args, terminal), terminal.printed.out + terminal.printed.error]
  }

  test('the command says 0 for the right file, 6 for another one, 2 for none', async () => {
    const own = join(node.stateFolder, 'trust.json')
    const foreign = join(other.stateFolder, 'trust.json')
    expect((await verifyByCommand(pack, own))[0]).toBe(0)
    expect(await verifyByCommand(pack, foreign)).toEqual([6, expect.stringContaining('FAIL index')])
    expect(await verifyByCommand(pack, undefined)).toEqual([2, expect.stringContaining('never vouches for itself')])
    expect((await verifyByCommand(pack, join(node.stateFolder, 'absent.json')))[0]).toBe(2)
    expect((await verifyByCommand(pack.subarray(1), own))[0]).toBe(6)
  })

  test('the command says 0 for the pinned digest of the file inside, and 6 for any other', async () => {
    const pinned = digestOfBytes(nodeSha256, await readFile(join(node.stateFolder, 'trust.json')))
    expect((await verifyByCommand(pack, pinned))[0]).toBe(0)
    expect((await verifyByCommand(pack, `sha256:${'0'.repeat(64)}`))[0]).toBe(6)
    const swapped = new Map([...files, [PACK_PATHS.trust, await readFile(join(other.stateFolder, 'trust.json'))]])
    expect((await verifyByCommand(await resigned(swapped, other.keys.ledger), pinned))[0]).toBe(6)
  })

  test('a pack that leaves out what blocked a release is still told from one that has it', async () => {
    await using folder = await tempFolder()
    const project = await writeTinyProject(join(folder.path, 'p'), tinyManifest({ preset: 'none' }), tinyPack())
    await gateOrThrow(sessionOn(node), project)
    const newer = await packOf(sessionOn(node), SYSTEM)
    expect((await verify(newer)).index?.ledgerSize).toBeGreaterThan(indexOf(files).ledgerSize)
  })
})
