// The end of a scheduled suite, where the ledger is away in the middle of it.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { RunningJob } from '../../src/application/jobs/job-queue.ts'
import type { SuiteWork } from '../../src/application/jobs/payloads.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { GatewayRegister } from '../../src/entrypoints/node/gateway-register.ts'
import { mergeJob, runShardJob, runSuiteJob } from '../../src/entrypoints/worker/evaluation-jobs.ts'
import type { WorkerPorts } from '../../src/entrypoints/worker/worker-ports.ts'
import { modelsServer, writeGatewayProject } from '../support/gateway-project.ts'
import { openNodeOrThrow } from '../support/owned-state.ts'
import { refusingOnce } from '../support/refusing-ledger.ts'
import { tempFolder } from '../support/temp-folder.ts'

const DONE = { kind: 'done' }
const running = (id: string, payload: JsonObject): RunningJob => ({
  id,
  subject: 's',
  payload,
  attempt: 1,
  signal: new AbortController().signal,
})

test.each(['finding.reported', 'evaluation.finished'])(
  'a run whose `%s` is refused ends with its finding at the next attempt, and asks no model for it',
  async (refused) => {
    await using temp = await tempFolder()
    await using server = await modelsServer(() => ({ text: 'good', model: 'model-a-0901' }))
    const project = join(temp.path, 'project')
    await writeGatewayProject(project, { cases: 2 })
    await writeFile(join(project, 'target.yaml'), `type: openai\nmodel: model-a\nbaseUrl: ${server.baseURL}\n`)
    await using node = await openNodeOrThrow(join(temp.path, 'state'))
    const away = await refusingOnce(node, refused)
    const ports: WorkerPorts = {
      node: away,
      gateways: new GatewayRegister(node.clock),
      config: undefined,
      environment: {},
    }
    const work: SuiteWork = {
      schedule: 'nightly',
      system: 'models',
      project,
      manifest: 'gatehouse.yaml',
      suite: 'suites/few.yaml',
      target: 'target.yaml',
      trials: 1,
      seed: 7,
      shards: 1,
      concurrency: 1,
    }
    expect(await runSuiteJob(ports, running('RUN-1', work as unknown as JsonObject))).toEqual(DONE)
    const queue = await node.jobs()
    const [shard] = await queue.list({ kind: 'evaluation.shard' })
    expect(await runShardJob(ports, running('SHARD-1', shard?.payload ?? {}))).toEqual(DONE)
    const asked = server.asked.length
    const [merge] = await queue.list({ kind: 'evaluation.merge' })
    const attempt = () => mergeJob(ports, running('MERGE-1', merge?.payload ?? {}))
    expect(await attempt()).toMatchObject({ kind: 'again', problem: { code: 'ledger/unavailable' } })
    expect(await attempt()).toEqual(DONE)
    expect((await node.store.get('evaluations', 'RUN-1'))?.status).toBe('passed')
    const findings = await node.store.list('findings', { system: 'models' })
    expect(findings.map(({ document }) => document['title'])).toEqual([
      'Model `model-a` was answered by another: `model-a-0901`',
    ])
    expect(server.asked.length).toBe(asked)
    await away.recorder.close()
  },
)
