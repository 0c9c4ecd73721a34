// The gateway process. Configuration comes from the environment; secrets never from arguments.
import { readFile } from 'node:fs/promises'
import { startGateway } from './start-gateway.ts'

const environment = process.env

function needed(name: string): string {
  const value = environment[name]
  if (value !== undefined && value !== '') return value
  process.stderr.write(`gateway: ${name} is not set\n  next: see docs/how-to/run-a-gateway.md\n`)
  process.exit(2)
}

const started = await startGateway({
  port: Number(environment['GATEHOUSE_GATEWAY_PORT'] ?? 4181),
  host: environment['GATEHOUSE_GATEWAY_HOST'] ?? '127.0.0.1',
  folder: needed('GATEHOUSE_GATEWAY_FOLDER'),
  controlPlane: needed('GATEHOUSE_CONTROL_PLANE'),
  token: needed('GATEHOUSE_GATEWAY_TOKEN'),
  environment: environment['GATEHOUSE_ENVIRONMENT'] ?? 'local',
  trustText: await readFile(needed('GATEHOUSE_TRUST_FILE'), 'utf8'),
  upstreamUrl: needed('GATEHOUSE_UPSTREAM_URL'),
  upstreamKey: environment['GATEHOUSE_UPSTREAM_KEY'],
  otlpEndpoint: environment['OTEL_EXPORTER_OTLP_ENDPOINT'],
  variables: environment,
  log: (line) => void process.stderr.write(`gateway: ${line}\n`),
})
if (!started.ok) {
  process.stderr.write(`gateway: ${started.failure.message}\n  next: ${started.failure.next ?? ''}\n`)
  process.exit(2)
}
process.stdout.write(`gateway on ${started.value.url}\n`)
let isStopping = false
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    if (isStopping) process.exit(130)
    isStopping = true
    void started.value[Symbol.asyncDispose]().then(() => process.exit(0))
  })
