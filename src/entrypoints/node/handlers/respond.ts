import { closeAlert } from '../../../application/respond/alerts.ts'
import { changeIncident, learnCase } from '../../../application/respond/incidents.ts'
import { isSystemKnown, issueDeny, liftDeny, type RecordedDeny } from '../../../application/respond/kill.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import type { GatewayRegister } from '../gateway-register.ts'
import type { RESPOND_OPERATIONS } from '../../../contract/http/operations/respond.ts'
import type { HandlersOf } from '../operation-handler.ts'
import { listOf } from '../list-records.ts'

/** Kill switches, decisions, alerts and incidents. */
export const RESPOND_HANDLERS: HandlersOf<typeof RESPOND_OPERATIONS> = {
  issueDeny: async ({ node, gateways }, principal, input) =>
    acknowledged(gateways, await issueDeny(node, principal, input), async () => ({
      isSystemKnown: await isSystemKnown(node, input.system),
    })),
  liftDeny: async ({ node, gateways }, principal, input) =>
    acknowledged(gateways, await liftDeny(node, principal, input), async () => ({})),
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
}

const ACKNOWLEDGE_MS = 1_000

/** Waits, a second at most, until every connected gateway has taken the new bundle, and says what was seen. */
async function acknowledged(
  gateways: GatewayRegister,
  result: Result<RecordedDeny, Problem>,
  more: () => Promise<object>,
): Promise<Result<object, Problem>> {
  if (!result.ok) return result
  const { deny, ledgerIndex } = result.value
  const seen = await gateways.waitForAcknowledgement(ACKNOWLEDGE_MS, ledgerIndex + 1)
  return ok({
    ...deny,
    ...(await more()),
    acknowledgedBy: seen.acknowledged,
    connectedGateways: seen.connected,
    waitingFor: seen.missing,
    acknowledgedAfterMs: seen.afterMs,
  })
}
