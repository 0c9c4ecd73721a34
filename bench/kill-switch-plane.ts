// A control plane with one released system, in a process of its own: `node bench/kill-switch-plane.ts FOLDER`.
import { join } from 'node:path'
import { readOwnerFile } from '../src/adapters/owner/owner-file.ts'
import { remoteSession } from '../test/support/gateway-stack.ts'
import { gateOrThrow } from '../test/support/owned-state.ts'
import { startPlaneOf } from '../test/support/plane-client.ts'
import { SYSTEM, writeTinyProject } from '../test/support/tiny-project.ts'

const folder = process.argv[2] ?? ''
const state = join(folder, 'state')
const plane = await startPlaneOf(state)
await gateOrThrow(await remoteSession(state), await writeTinyProject(join(folder, 'project')))
process.send?.({
  url: plane.url,
  gatewayToken: plane.node.gatewayToken,
  ownerToken: (await readOwnerFile(plane.node.stateFolder))?.token ?? '',
  apiKey: plane.node.apiKeyOf(SYSTEM, 'local'),
  trustText: await plane.node.trustText(),
})
