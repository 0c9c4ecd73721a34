import { GatewayRegister } from '../../src/entrypoints/node/gateway-register.ts'
import { openNode, type OpenedNode } from '../../src/entrypoints/node/open-node.ts'
import { runOperation } from '../../src/entrypoints/node/run-operation.ts'
import type { Session } from '../../src/entrypoints/cli/session.ts'
import { runGate, type GateOutcome } from '../../src/entrypoints/cli/gate/run-gate.ts'
import { capturedTerminal } from './captured-terminal.ts'
import { statePlace } from './state-place.ts'
import { warnOfTrouble } from './warn-of-trouble.ts'

export async function openNodeOrThrow(stateFolder: string): Promise<OpenedNode> {
  const opened = await openNode({
    ...(await statePlace(stateFolder)),
    organization: 'local',
    version: '0.1.0',
    report: warnOfTrouble,
  })
  if (!opened.ok) throw new Error(`${opened.failure.code}: ${opened.failure.message}`)
  return opened.value
}

/** A session on a node of this process. */
export function sessionOn(node: OpenedNode, name = 'author-a', roles: readonly string[] = ['admin']): Session {
  const context = { node, gateways: new GatewayRegister(node.clock) }
  return {
    stateFolder: node.stateFolder,
    isRemote: false,
    call: (operation, input) => runOperation(operation, context, { name, roles }, input),
    [Symbol.asyncDispose]: async () => undefined,
  }
}

/** Gates a project through the same path as the command line. */
export async function gateOrThrow(
  session: Session,
  project: string,
  options: { readonly environment?: string; readonly author?: string; readonly run?: boolean } = {},
): Promise<GateOutcome> {
  const gated = await runGate(capturedTerminal(project), session, {
    project,
    manifest: 'gatehouse.yaml',
    environment: options.environment ?? 'local',
    run: options.run ?? true,
    author: options.author ?? 'author-a',
  })
  if (!gated.ok) throw new Error(gated.failure.map(({ code, message }) => `${code}: ${message}`).join('\n'))
  return gated.value
}
