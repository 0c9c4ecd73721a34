// The gateway process. Configuration comes from the environment; secrets never from arguments.
import { readFile } from 'node:fs/promises'
import { errnoOf } from '../../adapters/files/errno.ts'
import { UPSTREAM_PROTOCOLS } from '../../adapters/providers/upstream-dialect.ts'
import type { UpstreamProtocol } from '../../adapters/providers/transport/transport.ts'
import type { NamedUpstream } from '../../adapters/gateway/live-config.ts'
import { startGateway, type GatewayOptions } from './start-gateway.ts'

const environment = process.env

function needed(name: string): string {
  const value = environment[name]
  if (value !== undefined && value !== '') return value
  return refuse(`${name} is not set`, 'see docs/how-to/run-a-gateway.md')
}

function refuse(what: string, next: string): never {
  process.stderr.write(`gateway: ${what}\n  next: ${next}\n`)
  process.exit(2)
}

function portOf(text: string): number {
  const port = Number(text)
  return /^\d{1,5}$/.test(text) && port <= 65_535
    ? port
    : refuse(`GATEHOUSE_GATEWAY_PORT is \`${text}\``, 'a whole number from 0 to 65535')
}

function controlPlaneOf(text: string): string {
  const url = URL.parse(text)
  return url?.protocol === 'https:' || url?.protocol === 'http:'
    ? text
    : refuse(
        `GATEHOUSE_CONTROL_PLANE is \`${text}\``,
        'the address of the control plane, such as http://127.0.0.1:4180',
      )
}

async function textOf(name: string): Promise<string> {
  const path = needed(name)
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const errno = errnoOf(error)
    if (errno === undefined) throw error
    return refuse(`\`${path}\` of ${name} cannot be read (${errno})`, 'see docs/how-to/run-a-gateway.md')
  }
}

/** A folder that cannot be made or written is nobody's bug. */
async function started(options: GatewayOptions): ReturnType<typeof startGateway> {
  try {
    return await startGateway(options)
  } catch (error) {
    const errno = errnoOf(error)
    if (errno === undefined) throw error
    return refuse(
      `\`${options.folder}\` of GATEHOUSE_GATEWAY_FOLDER cannot be used (${errno})`,
      'check its permissions and the space on its disk',
    )
  }
}

function upstreamProtocol(name: string): UpstreamProtocol {
  const known = UPSTREAM_PROTOCOLS.find((protocol) => protocol === name)
  if (known !== undefined) return known
  return refuse(`GATEHOUSE_UPSTREAM_PROTOCOL is \`${name}\``, `one of ${UPSTREAM_PROTOCOLS.join(', ')}`)
}

/** The one upstream of a gateway without a configuration file. */
function namedUpstream(): NamedUpstream {
  return {
    id: 'default',
    protocol: upstreamProtocol(environment['GATEHOUSE_UPSTREAM_PROTOCOL'] ?? 'openai'),
    url: needed('GATEHOUSE_UPSTREAM_URL'),
    key: environment['GATEHOUSE_UPSTREAM_KEY'],
    apiVersion: environment['GATEHOUSE_UPSTREAM_API_VERSION'],
    region: environment['GATEHOUSE_UPSTREAM_REGION'],
  }
}

const gateway = await started({
  port: portOf(environment['GATEHOUSE_GATEWAY_PORT'] ?? '4181'),
  host: environment['GATEHOUSE_GATEWAY_HOST'] ?? '127.0.0.1',
  folder: needed('GATEHOUSE_GATEWAY_FOLDER'),
  controlPlane: controlPlaneOf(needed('GATEHOUSE_CONTROL_PLANE')),
  token: needed('GATEHOUSE_GATEWAY_TOKEN'),
  environment: environment['GATEHOUSE_ENVIRONMENT'] ?? 'local',
  trustText: await textOf('GATEHOUSE_TRUST_FILE'),
  configFile: environment['GATEHOUSE_GATEWAY_CONFIG'],
  upstreams: environment['GATEHOUSE_GATEWAY_CONFIG'] === undefined ? [namedUpstream()] : [],
  processEnvironment: environment,
  otlpEndpoint: environment['OTEL_EXPORTER_OTLP_ENDPOINT'],
  telemetryRegion: environment['GATEHOUSE_TELEMETRY_REGION'],
  variables: environment,
  log: (line) => void process.stderr.write(`gateway: ${line}\n`),
})
if (!gateway.ok) refuse(gateway.failure.message, gateway.failure.next ?? '')
const running = gateway.value
process.stdout.write(`gateway on ${running.url}\n`)
process.on('SIGHUP', () => void running.reload())
let isStopping = false
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    if (isStopping) process.exit(130)
    isStopping = true
    void running[Symbol.asyncDispose]().then(() => process.exit(0))
  })
