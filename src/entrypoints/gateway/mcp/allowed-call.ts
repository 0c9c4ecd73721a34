import { decideMcpResultWithDetectors } from '../../../application/gateway/with-detectors.ts'
import { haltedBy, type Denial, type RequestContext } from '../../../application/gateway/decide-request.ts'
import type { McpAnswer, McpCallEnd, McpCallVerdict } from '../../../application/gateway/mcp-authority.ts'
import type { JsonObject } from '../../../base/json.ts'
import type { ToolDecision } from '../../../domain/authorization/authorize-tool-call.ts'
import type { ModelExchange, OutcomeParts } from '../exchange/exchange-records.ts'
import { owingOutcome, settle } from '../exchange/settle.ts'
import type { GatewayPorts } from '../gateway-ports.ts'

export interface AllowedCall {
  readonly exchange: ModelExchange
  readonly context: RequestContext
  readonly tool: string
  readonly tools: readonly ToolDecision[]
  readonly guardMs: number
  /** As the call is to be made: with what its names stand for. */
  readonly arguments: JsonObject
}

/** A call that may be made: whatever it ends with is judged and on disk before the client hears of it. */
export function allowedCall(ports: GatewayPorts, call: AllowedCall): McpCallVerdict {
  let isEnded = false
  return {
    kind: 'allowed',
    arguments: call.arguments,
    async finish(end) {
      if (isEnded) throw new Error('a call has one end')
      isEnded = true
      const { exchange, context, guardMs } = call
      const owed = { guardMs, releaseDigest: context.release.digest, enforcedAt: 'mcp-proxy' } as const
      return owingOutcome(ports, exchange, owed, () => finish(ports, call, end))
    },
  }
}

const UNRECORDED = 'the outcome cannot be recorded, so the answer is withheld'

async function finish(ports: GatewayPorts, call: AllowedCall, end: McpCallEnd): Promise<McpAnswer> {
  const { exchange, context, tool } = call
  const settled = async (parts: Pick<OutcomeParts, 'outcome'> & Partial<OutcomeParts>): Promise<boolean> =>
    settle(ports, exchange, {
      code: null,
      rule: null,
      action: 'allow',
      guardMs: call.guardMs,
      releaseDigest: context.release.digest,
      completion: { findings: [], tools: call.tools },
      enforcedAt: 'mcp-proxy',
      ...parts,
    })
  const answer = async (parts: Parameters<typeof settled>[0], passed: McpAnswer): Promise<McpAnswer> =>
    (await settled(parts)) ? passed : withheld(exchange.id, 'audit_unavailable', 'audit', UNRECORDED)
  if (end.kind === 'broken' || end.kind === 'error') exchange.marks.isUnspent = true
  switch (end.kind) {
    case 'gone':
      return answer({ outcome: 'client-gone' }, { kind: 'error', code: -32_000, message: 'the call was cancelled' })
    case 'broken':
      return answer(
        { outcome: 'upstream-failed', code: 'upstream_unavailable' },
        { kind: 'error', code: -32_000, message: end.reason },
      )
    case 'error':
      // SECURITY: the words of a server's error would reach the model unjudged, so its code has to do.
      return answer(
        { outcome: 'upstream-failed', code: 'upstream_unavailable' },
        { kind: 'error', code: end.code, message: 'the MCP server answered the call with an error' },
      )
    case 'result': {
      const halt = ({ code, rule, message }: Denial): Promise<McpAnswer> =>
        answer({ outcome: 'denied', code, rule, action: 'block' }, withheld(exchange.id, code, rule, message))
      const halted = haltedNow(ports, call)
      if (halted !== undefined) return halt(halted)
      const startMs = ports.monotonicMs()
      // Detectors have a deadline each; that the client may leave ends nothing early here.
      const decision = await decideMcpResultWithDetectors(context, { tool, result: end.result }, ports, {
        guard: ({ release }) => ports.guardOf(release),
        signal: new AbortController().signal,
      })
      const haltedMeanwhile = haltedNow(ports, call)
      if (haltedMeanwhile !== undefined) return halt(haltedMeanwhile)
      const parts = {
        completion: { findings: decision.findings, tools: call.tools },
        guardMs: call.guardMs + ports.monotonicMs() - startMs,
      }
      if (decision.result !== undefined)
        return answer(
          { outcome: 'completed', action: decision.action, ...parts },
          { kind: 'result', result: decision.result },
        )
      const rule = decision.rule ?? 'guard/document'
      return answer(
        { outcome: 'denied', code: 'content_filter', rule, action: 'block', ...parts },
        withheld(exchange.id, 'content_filter', rule, 'the result of the tool was stopped by the content guard'),
      )
    }
  }
}

/** A kill switch that was thrown while the tool was at work stops its answer. */
function haltedNow(ports: GatewayPorts, { context, tool }: AllowedCall): Denial | undefined {
  const deny = ports.admission.denyStateOf(context.admitted.system)
  if (!deny.tools.has(tool)) return haltedBy(context, deny)
  return { status: 403, code: 'system_halted', message: 'the tool is switched off', rule: 'kill-switch/tool', tool }
}

// oxlint-disable-next-line max-params -- the four words of a denial
function withheld(request: string, code: string, rule: string, message: string): McpAnswer {
  return { kind: 'denied', denial: { code, rule, message, request } }
}
