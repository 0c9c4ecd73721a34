import { join } from 'node:path'
import { writeFile } from 'node:fs/promises'
import { stringify } from 'yaml'
import { startGateway, type GatewayOptions, type RunningGateway } from '../../src/entrypoints/gateway/start-gateway.ts'
import { startBundleServer, type BundleServer } from './bundle-server.ts'
import { BundleSigner, type BundleInput } from './signed-bundle.ts'
import { tempFolder } from './temp-folder.ts'
import { MODEL, systemText } from './tiny-project.ts'

export interface LightGateway extends AsyncDisposable {
  readonly signer: BundleSigner
  readonly plane: BundleServer
  readonly folder: string
  readonly options: GatewayOptions
  readonly logged: string[]
  gateway: RunningGateway
  /** Signs and serves another bundle. */
  push(input: BundleInput): Promise<void>
  /** A chat completion of the approved release. */
  chat(more?: Readonly<Record<string, unknown>>, headers?: Readonly<Record<string, string>>): Promise<Response>
  restart(): Promise<void>
  /** Serves any text as the next bundle. */
  pushText(text: string): void
}

/** A gateway over real sockets, with signed bundles and no database behind them. */
export async function startLightGateway(
  config: Readonly<Record<string, unknown>>,
  input: BundleInput = {},
  more: Partial<GatewayOptions> = {},
): Promise<LightGateway> {
  await using starting = new AsyncDisposableStack()
  const folder = starting.use(await tempFolder()).path
  const plane = starting.use(await startBundleServer())
  const signer = new BundleSigner()
  let revision = 1
  plane.serve(await signer.sign({ ...input, revision }), revision)
  const configFile = join(folder, 'gateway.yaml')
  await writeFile(configFile, stringify({ apiVersion: 'gatehouse.dev/v1', kind: 'Gateway', ...config }))
  const logged: string[] = []
  const options: GatewayOptions = {
    port: 0,
    host: '127.0.0.1',
    folder: join(folder, 'gateway'),
    controlPlane: plane.url,
    token: plane.token,
    environment: 'local',
    trustText: signer.trustText,
    configFile,
    variables: {},
    otlpEndpoint: undefined,
    log: (line) => void logged.push(line),
    ...more,
  }
  const parts = { gateway: await started(options) }
  starting.defer(() => parts.gateway[Symbol.asyncDispose]())
  const cleanUp = starting.move()
  return {
    signer,
    plane,
    folder,
    options,
    logged,
    get gateway() {
      return parts.gateway
    },
    set gateway(gateway) {
      parts.gateway = gateway
    },
    async push(next) {
      revision += 1
      plane.serve(await signer.sign({ ...next, revision }), revision)
    },
    chat: (body = {}, headers = {}) =>
      fetch(`${parts.gateway.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${signer.apiKey}`, 'content-type': 'application/json', ...headers },
        body: JSON.stringify({
          model: MODEL,
          messages: [
            { role: 'system', content: systemText() },
            { role: 'user', content: 'Where is my order?' },
          ],
          ...body,
        }),
      }),
    pushText(text) {
      revision += 1
      plane.serve(text, revision)
    },
    async restart() {
      await parts.gateway[Symbol.asyncDispose]()
      parts.gateway = await started(options)
    },
    [Symbol.asyncDispose]: () => cleanUp.disposeAsync(),
  }
}

async function started(options: GatewayOptions): Promise<RunningGateway> {
  const result = await startGateway(options)
  if (!result.ok) throw new Error(`${result.failure.code}: ${result.failure.message}`)
  return result.value
}
