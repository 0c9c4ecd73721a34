import { simulatedModelServer } from './server.ts'

const port = Number(process.env['PORT'] ?? 4183)
const server = simulatedModelServer()
server.listen(port, '127.0.0.1', () =>
  process.stdout.write(`simulated model (not a real one) on http://127.0.0.1:${port}/v1\n`),
)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => server.close(() => process.exit(0)))
