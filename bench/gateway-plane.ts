// The control plane of the gateways that are measured, a process of its own as it is in production:
// `node bench/gateway-plane.ts`. It signs one bundle and takes every segment.
import { startBundleServer } from '../test/support/bundle-server.ts'
import { BundleSigner } from '../test/support/signed-bundle.ts'

const signer = new BundleSigner()
const plane = await startBundleServer()
plane.serve(await signer.sign(), 1)
// What was shipped is let go: nothing here asks for it.
setInterval(() => plane.segments.splice(0), 500).unref()
process.send?.({ url: plane.url, token: plane.token, trustText: signer.trustText, apiKey: signer.apiKey })
