// Our gateway for the bench: `node bench/gateway-serve.ts audit|no-audit UPSTREAM FOLDER`. Without audit it is the gateway
// that proves a release: the same code with a sink that keeps nothing.
import { join } from 'node:path'
import { startProvingGateway } from '../src/entrypoints/gateway/proving-gateway.ts'
import { startGateway } from '../src/entrypoints/gateway/start-gateway.ts'
import { startBundleServer } from '../test/support/bundle-server.ts'
import { BundleSigner } from '../test/support/signed-bundle.ts'

const [kind = '', upstream = '', folder = ''] = process.argv.slice(2)
const signer = new BundleSigner()

if (kind === 'no-audit') {
  const { url, apiKey } = await startProvingGateway(
    signer.release(),
    {
      baseUrl: upstream,
      apiKey: 'upstream',
      isSimulated: true,
      close: async () => undefined,
    },
    {},
  )
  process.send?.({ port: Number(new URL(url).port), apiKey })
} else {
  const plane = await startBundleServer()
  plane.serve(await signer.sign(), 1)
  const started = await startGateway({
    port: 0,
    host: '127.0.0.1',
    folder: join(folder, 'gateway'),
    controlPlane: plane.url,
    token: plane.token,
    environment: 'local',
    trustText: signer.trustText,
    upstreams: [{ id: 'default', protocol: 'openai', url: upstream, key: 'upstream' }],
    otlpEndpoint: undefined,
    variables: {},
    log: (line) => console.error(line),
  })
  if (!started.ok) throw new Error(started.failure.message)
  process.send?.({ port: Number(new URL(started.value.url).port), apiKey: signer.apiKey })
  // What was shipped is let go: the stand-in of the control plane must not be what fills the memory.
  setInterval(() => plane.segments.splice(0), 500).unref()
}
process.on('SIGINT', () => process.exit(0))
process.on('message', (message) => {
  if (message === 'usage') process.send?.({ rss: process.memoryUsage.rss(), cpu: process.cpuUsage() })
})
