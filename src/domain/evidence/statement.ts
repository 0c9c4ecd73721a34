import { utf8 } from '../../base/bytes.ts'
import { hexOfDigest, type Digest } from '../../base/digest.ts'
import { toRfc3339, type EpochMs } from '../../base/instant.ts'
import { canonicalJsonOf, type JsonObject } from '../../base/json.ts'

/** in-toto Statement v1. */
export interface Statement {
  readonly subjectName: string
  readonly subjectDigest: Digest
  readonly predicateType: string
  readonly predicate: JsonObject
}

export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1'
const VSA = 'https://slsa.dev/verification_summary/v1'
/** Ours, documented in docs/reference/predicates.md. */
export const CHECK_RESULT = 'https://gatehouse.dev/predicate/check-result/v1'
export const PACK_INDEX = 'https://gatehouse.dev/predicate/evidence-pack/v1'

export function statementBytes({ subjectName, subjectDigest, predicateType, predicate }: Statement): Uint8Array {
  return utf8(
    canonicalJsonOf({
      _type: STATEMENT_TYPE,
      subject: [{ name: subjectName, digest: { sha256: hexOfDigest(subjectDigest) } }],
      predicateType,
      predicate,
    }),
  )
}

export interface VsaInputs {
  readonly system: string
  readonly releaseDigest: Digest
  readonly verifierVersion: string
  readonly timeVerified: EpochMs
  readonly environment: string
  readonly result: 'PASSED' | 'FAILED'
  readonly policySetDigest: Digest
  readonly suiteDigests: readonly Digest[]
  readonly inputAttestations: readonly { readonly uri: string; readonly digest: Digest }[]
  /** `scope`: of a pack on requests, which gateways have to apply. */
  readonly policyPacks: readonly {
    readonly id: string
    readonly version: string
    readonly digest: Digest
    readonly scope?: string | undefined
  }[]
  readonly exceptions: readonly string[]
  readonly validUntil: EpochMs
}

const EXTENSION = 'https://gatehouse.dev/vsa/'

/** SLSA VSA v1; what SLSA has no field for is named by URI. */
export function vsaStatement(inputs: VsaInputs): Statement {
  return {
    subjectName: inputs.system,
    subjectDigest: inputs.releaseDigest,
    predicateType: VSA,
    predicate: {
      verifier: { id: 'https://gatehouse.dev/gate', version: { gatehouse: inputs.verifierVersion } },
      timeVerified: toRfc3339(inputs.timeVerified),
      resourceUri: `gatehouse:${inputs.system}`,
      policy: { uri: 'gatehouse:policy-set', digest: { sha256: hexOfDigest(inputs.policySetDigest) } },
      inputAttestations: inputs.inputAttestations.map(({ uri, digest }) => ({
        uri,
        digest: { sha256: hexOfDigest(digest) },
      })),
      verificationResult: inputs.result,
      verifiedLevels: inputs.result === 'PASSED' ? ['GATEHOUSE_RELEASED'] : ['FAILED'],
      slsaVersion: '1.1',
      [`${EXTENSION}environment`]: inputs.environment,
      [`${EXTENSION}validUntil`]: toRfc3339(inputs.validUntil),
      [`${EXTENSION}exceptions`]: [...inputs.exceptions],
      [`${EXTENSION}suites`]: inputs.suiteDigests.map((digest) => ({ sha256: hexOfDigest(digest) })),
      [`${EXTENSION}policyPacks`]: inputs.policyPacks.map(({ id, version, digest, scope }) => ({
        id,
        version,
        digest: { sha256: hexOfDigest(digest) },
        ...(scope === undefined || scope === 'release' ? {} : { scope }),
      })),
    },
  }
}

/** The fields of a VSA that admission relies on, or undefined when the body is no such VSA. */
export interface AdmittedVsa {
  readonly releaseDigest: string
  readonly environment: string
  readonly result: string
  readonly validUntil: string
  /** Digests of the packs that a gateway has to apply to requests. */
  readonly requestPacks: readonly string[]
}

export function readVsa(statement: JsonObject): AdmittedVsa | undefined {
  if (statement['_type'] !== STATEMENT_TYPE || statement['predicateType'] !== VSA) return undefined
  const subject = statement['subject'] as readonly { digest?: { sha256?: string } }[] | undefined
  const predicate = statement['predicate'] as JsonObject | undefined
  const sha256 = subject?.length === 1 ? subject[0]?.digest?.sha256 : undefined
  const environment = predicate?.[`${EXTENSION}environment`]
  const validUntil = predicate?.[`${EXTENSION}validUntil`]
  const result = predicate?.['verificationResult']
  if (
    typeof sha256 !== 'string' ||
    typeof environment !== 'string' ||
    typeof validUntil !== 'string' ||
    typeof result !== 'string'
  )
    return undefined
  return { releaseDigest: `sha256:${sha256}`, environment, result, validUntil, requestPacks: requestPacksOf(predicate) }
}

function requestPacksOf(predicate: JsonObject | undefined): readonly string[] {
  const packs = predicate?.[`${EXTENSION}policyPacks`]
  if (!Array.isArray(packs)) return []
  return (packs as readonly { scope?: string; digest?: { sha256?: string } }[]).flatMap(({ scope, digest }) =>
    scope !== undefined && scope !== 'release' ? [`sha256:${digest?.sha256 ?? ''}`] : [],
  )
}
