import { relative, resolve } from 'node:path'
import { systemClock } from '../../../adapters/clock/system-clock.ts'
import { ed25519Signer, ed25519Verifier } from '../../../adapters/crypto/ed25519.ts'
import { nodeSha256 } from '../../../adapters/crypto/node-crypto.ts'
import { readTextIfPresent, writeFileAtomic } from '../../../adapters/files/atomic-file.ts'
import { openPrivateKey, readPrivateKey } from '../../../adapters/keys/key-folder.ts'
import { base64Of } from '../../../base/bytes.ts'
import { toRfc3339 } from '../../../base/instant.ts'
import { fail, type Problem, type Result } from '../../../base/result.ts'
import { signPack, verifyPackSignature } from '../../../contract/policy/pack-signature.ts'
import { parseTrustFile } from '../../../contract/trust/trust-file.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { signaturePathOf, type LoadedPack } from '../load-packs.ts'
import { loadPackOrFile } from '../named-packs.ts'
import { reportProblems } from '../report-problems.ts'
import { inert, inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'

interface Common {
  readonly pack: string
  readonly project: string
  readonly json: boolean
}

/** `gatehouse policy sign`: a signature beside the pack, of exactly these bytes in this version. */
export async function policySignCommand(
  terminal: Terminal,
  options: Common & { readonly key: string; readonly newKey: boolean },
): Promise<number> {
  const loaded = await loadPackOrFile(terminal, options.project, options.pack)
  if (!loaded.ok) return refused(terminal, loaded.failure)
  const { pack } = loaded.value
  const noted = (pack.notes ?? []).some(({ version }) => version === pack.version)
  if (!noted)
    return refused(terminal, [
      {
        code: 'policy/no-release-note',
        message: `pack \`${pack.id}\` has no release note for its version ${pack.version}`,
        next: 'write one under `metadata.notes`: who trusts the signature has to know what changed',
        at: { file: pack.file, line: 1, column: 1 },
      },
    ])
  const keyPath = resolve(terminal.workingFolder, options.key)
  const key = await (options.newKey ? openPrivateKey(keyPath) : readPrivateKey(keyPath))
  if (!key.ok) return refused(terminal, [key.failure])
  const signer = ed25519Signer(key.value)
  const path = signaturePathOf(packPath(terminal, options, loaded.value))
  await writeFileAtomic(path, `${JSON.stringify(await signPack(signer, pack), null, 2)}\n`)
  const trustEntry = {
    purpose: 'policy',
    keyId: signer.keyId,
    publicKey: base64Of(signer.publicKey),
    validFrom: toRfc3339(systemClock()),
    validUntil: null,
  }
  const file = relative(terminal.workingFolder, path)
  if (options.json)
    printLine(terminal, inertJson({ schemaVersion: 1, pack: headOf(loaded.value), file, trustEntry }, 2))
  else {
    printLine(terminal, `signed ${inert(`${pack.id}@${pack.version}`)} ${pack.digest} with ${signer.keyId}`)
    printLine(terminal, `  wrote ${inert(file)}`)
    printLine(terminal, `  for \`keys\` of a trust file: ${JSON.stringify(trustEntry)}`)
  }
  return EXIT_CODE.pass
}

/** `gatehouse policy verify`: whether somebody whom the trust file names for `policy` signed this very pack. */
export async function policyVerifyCommand(
  terminal: Terminal,
  options: Common & { readonly trust: string },
): Promise<number> {
  const loaded = await loadPackOrFile(terminal, options.project, options.pack)
  if (!loaded.ok) return refused(terminal, loaded.failure)
  const trust = await readTrust(terminal, options.trust)
  if (!trust.ok) return refused(terminal, [trust.failure])
  const { pack, signature } = loaded.value
  const context = { keys: trust.value.keys, verifierOf: ed25519Verifier, now: systemClock() }
  const verified = await verifyPackSignature(pack, signature, context)
  if (!verified.ok) {
    reportProblems(terminal, [verified.failure])
    return EXIT_CODE.integrity
  }
  const signedBy = verified.value
  if (options.json) printLine(terminal, inertJson({ schemaVersion: 1, pack: headOf(loaded.value), signedBy }, 2))
  else printLine(terminal, `${inert(`${pack.id}@${pack.version}`)} ${pack.digest} is signed by ${signedBy.join(', ')}`)
  return EXIT_CODE.pass
}

function headOf({ pack }: LoadedPack): object {
  return { id: pack.id, version: pack.version, digest: pack.digest }
}

/** A pack by name lies in the project's folder; one by file where it says. */
function packPath({ workingFolder }: Terminal, { pack, project }: Common, loaded: LoadedPack): string {
  return /[./\\]/.test(pack) ? resolve(workingFolder, pack) : resolve(workingFolder, project, loaded.pack.file)
}

async function readTrust(
  { workingFolder }: Terminal,
  file: string,
): Promise<ReturnType<typeof parseTrustFile> | Result<never, Problem>> {
  const text = await readTextIfPresent(resolve(workingFolder, file))
  return text === undefined
    ? fail({ code: 'files/not-found', message: `\`${file}\` does not exist`, next: 'correct the path' })
    : parseTrustFile(nodeSha256, text)
}

function refused(terminal: Terminal, problems: readonly Problem[]): number {
  reportProblems(terminal, problems)
  return EXIT_CODE.usage
}
