// The simulated model as a process, for `npm run model`: rules, no learning, weak on purpose.
import { startSimulatedModel } from './model-server.ts'

const model = await startSimulatedModel(Number(process.env['MODEL_PORT'] ?? 4183))
process.stdout.write(`simulated model on ${model.url}/v1\n`)
