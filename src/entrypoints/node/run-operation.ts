import { buildPack } from '../../contract/archive/build-pack.ts'
import { giveApproval } from '../../application/governance/approvals.ts'
import { decideException, requestException } from '../../application/governance/exceptions.ts'
import { recordEvidence } from '../../application/evidence/record-evidence.ts'
import { computeKpis } from '../../application/kpi/compute-kpis.ts'
import { gateRelease } from '../../application/release/gate-release.ts'
import { closeAlert } from '../../application/respond/alerts.ts'
import { changeIncident, learnCase, learnedCases } from '../../application/respond/incidents.ts'
import { ingestSegment } from '../../application/respond/ingest-segment.ts'
import { issueDeny, liftDeny } from '../../application/respond/kill.ts'
import { listSystems, releaseDetail } from '../../application/state/portfolio.ts'
import type { OwnerNode, Principal } from '../../application/state/owner-node.ts'
import type { RecordFilter, RecordKind } from '../../application/state/records.ts'
import { base64Of } from '../../base/bytes.ts'
import type { Digest } from '../../base/digest.ts'
import { epochMs } from '../../base/instant.ts'
import { canonicalJson, type Json, type JsonObject } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { releaseFromParts } from '../../contract/manifest/release-from-parts.ts'
import { mayCall, OPERATIONS, type InputOf, type OperationName, type OutputOf } from '../../contract/http/operations.ts'
import type { CheckEvidence } from '../../domain/release/evidence.ts'
import type { GatewayRegister } from './gateway-register.ts'

/** What operations need besides the state itself. */
export interface OperationContext {
  readonly node: OwnerNode & { trustText(): Promise<string> }
  readonly gateways: GatewayRegister
}

type Handlers = {
  readonly [Name in OperationName]: (
    context: OperationContext,
    principal: Principal,
    input: InputOf<Name>,
  ) => Promise<Result<object, Problem>>
}

/** The one binding of operations to use cases: HTTP routes and embedded commands both come through here. */
const HANDLERS: Handlers = {
  listSystems: async ({ node }) => ok({ items: await listSystems(node) }),
  listReleases: ({ node }, _, input) => listOf(node, 'releases', input),
  getRelease: ({ node }, _, input) => releaseDetail(node, input.digest),
  listEvidence: ({ node }, _, { digest, ...rest }) =>
    listOf(node, 'evidence', { ...rest, releaseDigest: digest as Digest }),
  recordEvidence: ({ node }, principal, input) =>
    recordEvidence(node, principal, { system: input.system, evidence: input.evidence as unknown as CheckEvidence }),
  gateRelease: gate,
  listLearnedCases: async ({ node }, _, { system }) => ok({ items: await learnedCases(node, system) }),
  requestException: ({ node }, principal, input) =>
    requestException(node, principal, { ...input, expiresAt: epochMs(input.expiresAt) }),
  decideException: ({ node }, principal, input) => decideException(node, principal, input),
  listExceptions: ({ node }, _, input) => listOf(node, 'exceptions', input),
  giveApproval: ({ node }, principal, input) => giveApproval(node, principal, input),
  listRisks: ({ node }, _, input) => listOf(node, 'risks', input),
  issueDeny: async ({ node, gateways }, principal, input) =>
    acknowledged(gateways, await issueDeny(node, principal, input)),
  liftDeny: async ({ node, gateways }, principal, input) =>
    acknowledged(gateways, await liftDeny(node, principal, input)),
  listDenies: ({ node }, _, input) => listOf(node, 'deny_records', input),
  listDecisions: ({ node }, _, input) => listOf(node, 'decisions', input),
  listAlerts: ({ node }, _, input) => listOf(node, 'alerts', input),
  closeAlert: ({ node }, principal, input) => closeAlert(node, principal, input),
  listIncidents: ({ node }, _, input) => listOf(node, 'incidents', input),
  getIncident: async ({ node }, _, { id }) => {
    const record = await node.store.get('incidents', id)
    return record === undefined
      ? fail({ code: 'incident/unknown', message: `no incident \`${id}\` is known` })
      : ok(record.document)
  },
  changeIncident: ({ node }, principal, input) => changeIncident(node, principal, input),
  learnCase: ({ node }, principal, input) => learnCase(node, principal, input),
  listKpis: async ({ node }, _, { system }) => ok({ items: await computeKpis(node, system) }),
  getLedger: async ({ node, gateways }) =>
    ok({ size: node.ledger.size, checkpoint: node.ledger.checkpoint, gateways: gateways.list() }),
  buildPack: async ({ node }, principal, { system }) => {
    const built = await buildPack(node, principal, { system, trustFile: await node.trustText() })
    return built.ok
      ? ok({ archive: base64Of(built.value.archive), entries: built.value.entries, ledgerSize: built.value.ledgerSize })
      : built
  },
  ingestSegment: ({ node }, principal, input) =>
    ingestSegment(node, principal, { ...input, lines: input.lines as unknown as readonly JsonObject[] }),
}

/** Checks access and input, then runs: the same for HTTP and for commands of this process. */
export async function runOperation<Name extends OperationName>(
  name: Name,
  context: OperationContext,
  principal: Principal,
  input: unknown,
): Promise<Result<OutputOf<Name>, Problem>> {
  const { access, input: schema } = OPERATIONS[name]
  if (!mayCall(access, principal.roles))
    return fail({ code: 'http/forbidden', message: `this needs a role with access \`${access}\`` })
  const parsed = schema.safeParse(input)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    return fail({
      code: 'http/invalid-input',
      message: `\`${issue?.path.join('.') ?? ''}\`: ${issue?.message ?? 'invalid'}`,
      next: 'see /api/v1/openapi.json',
    })
  }
  // What has no canonical form can be neither signed nor committed to.
  const canonical = canonicalJson(parsed.data as Json)
  if (!canonical.ok) return fail({ code: 'http/invalid-input', message: canonical.failure.message })
  const result = await HANDLERS[name](context, principal, parsed.data as InputOf<Name>)
  return result as Result<OutputOf<Name>, Problem>
}

async function listOf(
  node: OwnerNode,
  kind: RecordKind,
  { before, ...filter }: Omit<RecordFilter, 'before'> & { readonly before?: number | undefined },
): Promise<Result<object, Problem>> {
  const records = await node.store.list(kind, {
    ...filter,
    ...(before === undefined ? {} : { before: epochMs(before) }),
  })
  return ok({ items: records.map(({ id, at, status, system, document }) => ({ ...document, id, at, status, system })) })
}

async function gate(
  { node }: OperationContext,
  principal: Principal,
  input: InputOf<'gateRelease'>,
): Promise<Result<object, Problem>> {
  const release = releaseFromParts(node.sha256, input.release)
  if (!release.ok) return release
  const packs = []
  for (const { file, text } of input.packs) {
    const parsed = node.parsePack(file, text)
    if (!parsed.ok) return fail(parsed.failure[0] ?? { code: 'policy/syntax', message: `\`${file}\` cannot be read` })
    packs.push(parsed.value)
  }
  const keys = new Map(Object.entries(input.expectedKeys).map(([check, key]) => [check, key as Digest]))
  return gateRelease(node, principal, {
    release: release.value,
    files: input.release.files as Readonly<Record<string, Digest>>,
    packs,
    environment: input.environment,
    author: input.author,
    expectedKeys: keys,
    facts: input.facts as JsonObject,
  })
}

const ACKNOWLEDGE_MS = 1_000

/** Waits, a second at most, until every connected gateway has taken the new bundle, and says what was seen. */
async function acknowledged(
  gateways: GatewayRegister,
  result: Result<object, Problem>,
): Promise<Result<object, Problem>> {
  if (!result.ok) return result
  const seen = await gateways.waitForAcknowledgement(ACKNOWLEDGE_MS)
  return ok({
    ...result.value,
    acknowledgedBy: seen.acknowledged,
    connectedGateways: seen.connected,
    acknowledgedAfterMs: seen.afterMs,
  })
}
