import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { ed25519Verifier } from '../../../adapters/crypto/ed25519.ts'
import { nodeSha256 } from '../../../adapters/crypto/node-crypto.ts'
import { writeFileAtomic } from '../../../adapters/files/atomic-file.ts'
import { errnoOf } from '../../../adapters/files/errno.ts'
import { digestOfBytes, parseDigest } from '../../../base/digest.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import { PACK_PATHS } from '../../../contract/archive/pack-layout.ts'
import { ARCHIVE_BYTES_MAX, readStoredZip } from '../../../contract/archive/stored-zip.ts'
import { verifyPack, type PackReport, type PackTrust } from '../../../contract/archive/verify-pack.ts'
import { parseTrustFile } from '../../../contract/trust/trust-file.ts'
import type { Kpi } from '../../../domain/kpi/kpi.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { reportProblems } from '../report-problems.ts'
import type { SessionOptions } from '../session.ts'
import { inert, inertJson, styleFor } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { withSession } from './with-session.ts'

type Common = SessionOptions & { readonly json: boolean }

export async function packCommand(
  terminal: Terminal,
  options: Common & { readonly system: string; readonly output: string },
): Promise<number> {
  const path = resolve(terminal.workingFolder, options.output)
  return withSession(
    terminal,
    options,
    async (session) => {
      const built = await session.call('buildPack', { system: options.system })
      if (!built.ok) return built
      const archive = Buffer.from(built.value.archive, 'base64')
      await writeFileAtomic(path, archive)
      return ok({
        ...built.value,
        bytes: archive.length,
        digest: digestOfBytes(nodeSha256, archive),
        stateFolder: session.stateFolder,
        server: session.server,
      })
    },
    ({ entries, ledgerSize, bytes, digest, stateFolder, server }) => {
      if (options.json) printLine(terminal, inertJson({ schemaVersion: 1, path, entries, ledgerSize, bytes, digest }))
      else {
        printLine(terminal, `${options.output}: ${entries} entries of ledger #${ledgerSize}, ${bytes} bytes, ${digest}`)
        if (server !== undefined) {
          printLine(terminal, `  trust.json of ${inert(server)} comes from its operator, by another way than the pack`)
          printLine(terminal, `  next: gatehouse evidence verify ${options.output} --trust trust.json`)
          return
        }
        printLine(
          terminal,
          `  embedded mode: whoever can write \`${stateFolder}\` can forge; give the auditor trust.json by another way`,
        )
        printLine(terminal, `  next: gatehouse evidence verify ${options.output} --trust ${stateFolder}/trust.json`)
      }
    },
  )
}

/** `gatehouse evidence verify`: exit 0 only if every step is good, 6 on any alteration, 2 without a trust anchor. */
export async function verifyCommand(
  terminal: Terminal,
  options: { readonly pack: string; readonly trust?: string | undefined; readonly json: boolean },
): Promise<number> {
  if (options.trust === undefined) {
    reportProblems(terminal, [
      {
        code: 'trust/missing',
        message: 'a pack never vouches for itself',
        next: 'name whom you trust: --trust FILE or --trust sha256:…',
      },
    ])
    return EXIT_CODE.usage
  }
  const archive = await readBounded(resolve(terminal.workingFolder, options.pack), ARCHIVE_BYTES_MAX)
  if (!archive.ok) {
    reportProblems(terminal, [archive.failure])
    return EXIT_CODE.usage
  }
  const trust = await loadTrust(terminal, options.trust, archive.value)
  if (!trust.ok) {
    reportProblems(terminal, [trust.failure])
    return trust.failure.code === 'trust/pinned' ? EXIT_CODE.integrity : EXIT_CODE.usage
  }
  const report = await verifyPack(nodeSha256, archive.value, trust.value)
  if (options.json)
    printLine(
      terminal,
      inertJson(
        {
          schemaVersion: 1,
          verified: report.isGood,
          steps: report.steps,
          system: report.index?.system ?? null,
          ledgerSize: report.index?.ledgerSize ?? null,
        },
        2,
      ),
    )
  else printReport(terminal, report)
  return report.isGood ? EXIT_CODE.pass : EXIT_CODE.integrity
}

function printReport(terminal: Terminal, report: PackReport): void {
  const style = styleFor(terminal.hasColor)
  for (const { name, isGood, detail } of report.steps)
    printLine(terminal, `${isGood ? style.green('ok  ') : style.red('FAIL')} ${name}: ${inert(detail)}`)
  printLine(
    terminal,
    report.isGood
      ? 'Exiting 0: verified against your trust anchor. A hash chain shows alteration, not truth.'
      : style.red('Exiting 6: evidence altered or from another ledger.'),
  )
}

async function readBounded(path: string, bytesMax: number): Promise<Result<Uint8Array, Problem>> {
  try {
    const bytes = await readFile(path)
    return bytes.length > bytesMax
      ? fail({ code: 'files/too-large', message: `\`${path}\` is larger than ${bytesMax} bytes` })
      : ok(new Uint8Array(bytes))
  } catch (error) {
    if (errnoOf(error) === undefined) throw error
    return fail({
      code: 'files/unreadable',
      message: `\`${path}\` cannot be read (${errnoOf(error) ?? ''})`,
      next: 'check the path',
    })
  }
}

async function loadTrust(terminal: Terminal, anchor: string, archive: Uint8Array): Promise<Result<PackTrust, Problem>> {
  const pinned = parseDigest(anchor)
  let bytes: Uint8Array
  if (pinned === undefined) {
    const read = await readBounded(resolve(terminal.workingFolder, anchor), 1_000_000)
    if (!read.ok) return read
    bytes = read.value
  } else {
    const inside = readStoredZip(archive)?.find(({ path }) => path === PACK_PATHS.trust)?.bytes
    if (inside === undefined || digestOfBytes(nodeSha256, inside) !== pinned)
      return fail({
        code: 'trust/pinned',
        message: `the trust file in the pack is not \`${anchor}\``,
        next: 'check the digest with its publisher',
      })
    bytes = inside
  }
  const parsed = parseTrustFile(nodeSha256, Buffer.from(bytes).toString('utf8'))
  if (!parsed.ok) return parsed
  const { file, keys } = parsed.value
  const verifiers = (purpose: string): (ReturnType<typeof ed25519Verifier> & { readonly publicKey: Uint8Array })[] =>
    keys.filter((key) => key.purpose === purpose).map(({ publicKey }) => ({ ...ed25519Verifier(publicKey), publicKey }))
  return ok({
    organization: file.organization,
    origin: file.origin,
    ledger: verifiers('ledger'),
    gate: verifiers('gate'),
  })
}

export async function kpiCommand(terminal: Terminal, options: Common & { readonly system: string }): Promise<number> {
  return withSession(
    terminal,
    options,
    (session) => session.call('listKpis', { system: options.system }),
    ({ items }) => {
      if (options.json) return printLine(terminal, inertJson({ schemaVersion: 1, items }, 2))
      for (const kpi of items as unknown as readonly Kpi[]) {
        const number = (value: number | null): string => (value === null ? '–' : value.toFixed(value < 10 ? 2 : 1))
        const value =
          kpi.value === null
            ? 'no data'
            : `${number(kpi.value)} ${kpi.unit} (95%: ${number(kpi.low)}–${number(kpi.high)})`
        printLine(terminal, `${kpi.name.padEnd(32)} ${value.padEnd(34)} n=${kpi.n}  ${inert(kpi.source)}`)
      }
    },
  )
}
