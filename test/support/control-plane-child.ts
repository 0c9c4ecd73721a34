// One control plane of several on a PostgreSQL: state folder at argv[2], schema at argv[3]. Prints where it listens and runs
// until somebody kills it.
import { startPlaneOf } from './plane-client.ts'

const [stateFolder, schema] = [process.argv[2]!, process.argv[3]!]
const plane = await startPlaneOf(stateFolder, {
  schema,
  streamTimes: { heartbeatMs: 1_000, slowMs: 5_000 },
  config: {
    apiVersion: 'gatehouse.dev/v1',
    kind: 'ServerConfig',
    webhooks: { network: 'private' },
    limits: { requestsPerMinute: 1_000_000 },
  },
})
await plane.node.jobs()
process.stdout.write(`${JSON.stringify({ url: plane.url })}\n`)
