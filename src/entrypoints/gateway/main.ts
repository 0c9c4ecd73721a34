// The gateway process. Configuration comes from the environment; secrets never from arguments.
import { readFile } from 'node:fs/promises'
import { UPSTREAM_PROTOCOLS } from '../../adapters/providers/upstream-dialect.ts'
import type { UpstreamProtocol } from '../../adapters/providers/transport/transport.ts'
import type { NamedUpstream } from '../../adapters/gateway/live-config.ts'
import { startGateway } from './start-gateway.ts'

const environment = process.env

function needed(name: string): string {
  const value = environment[name]
  if (value !== undefined && value !== '') return value
  process.stderr.write(`gateway: ${name} is not set\n  next: see docs/how-to/run-a-gateway.md\n`)
  process.exit(2)
}

function upstreamProtocol(name: string): UpstreamProtocol {
  const known = UPSTREAM_PROTOCOLS.find((protocol) => protocol === name)
  if (known !== undefined) return known
  process.stderr.write(
    `gateway: GATEHOUSE_UPSTREAM_PROTOCOL is \`${name}\`\n  next: one of ${UPSTREAM_PROTOCOLS.join(', ')}\n`,
  )
  process.exit(2)
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

const started = await startGateway({
  port: Number(environment['GATEHOUSE_GATEWAY_PORT'] ?? 4181),
  host: environment['GATEHOUSE_GATEWAY_HOST'] ?? '127.0.0.1',
  folder: needed('GATEHOUSE_GATEWAY_FOLDER'),
  controlPlane: needed('GATEHOUSE_CONTROL_PLANE'),
  token: needed('GATEHOUSE_GATEWAY_TOKEN'),
  environment: environment['GATEHOUSE_ENVIRONMENT'] ?? 'local',
  trustText: await readFile(needed('GATEHOUSE_TRUST_FILE'), 'utf8'),
  configFile: environment['GATEHOUSE_GATEWAY_CONFIG'],
  upstreams: environment['GATEHOUSE_GATEWAY_CONFIG'] === undefined ? [namedUpstream()] : [],
  processEnvironment: environment,
  otlpEndpoint: environment['OTEL_EXPORTER_OTLP_ENDPOINT'],
  telemetryRegion: environment['GATEHOUSE_TELEMETRY_REGION'],
  variables: environment,
  log: (line) => void process.stderr.write(`gateway: ${line}\n`),
})
if (!started.ok) {
  process.stderr.write(`gateway: ${started.failure.message}\n  next: ${started.failure.next ?? ''}\n`)
  process.exit(2)
}
process.stdout.write(`gateway on ${started.value.url}\n`)
process.on('SIGHUP', () => void started.value.reload())
let isStopping = false
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    if (isStopping) process.exit(130)
    isStopping = true
    void started.value[Symbol.asyncDispose]().then(() => process.exit(0))
  })
