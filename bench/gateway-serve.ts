// The gateway without audit for the bench: `node bench/gateway-serve.ts UPSTREAM`. It is the one that proves a release: the
// same code with a sink that keeps nothing.
import { startProvingGateway } from '../src/entrypoints/gateway/proving-gateway.ts'
import { BundleSigner } from '../test/support/signed-bundle.ts'

const [upstream = ''] = process.argv.slice(2)
const { url, apiKey } = await startProvingGateway(
  new BundleSigner().release(),
  {
    baseUrl: upstream,
    apiKey: 'upstream',
    isSimulated: true,
    close: async () => undefined,
  },
  {},
)
process.send?.({ port: Number(new URL(url).port), apiKey })
process.on('SIGINT', () => process.exit(0))
