import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { openNode } from '../../src/entrypoints/node/open-node.ts'
import { seededRandom } from './seeded-random.ts'
import { warnOfTrouble } from './warn-of-trouble.ts'

const CHILD = join(import.meta.dirname, 'owner-child.ts')
const IN_FLIGHT = 8
const ACKNOWLEDGED_BEFORE_KILL_MAX = 60

export interface OwnerKillSummary {
  readonly kills: number
  readonly acknowledged: number
  readonly lost: number
}

/** Kills the owner of a state folder again and again; each next start must find every acknowledged record by itself. */
export async function killOwner(stateFolder: string, kills: number, seed: number): Promise<OwnerKillSummary> {
  const random = seededRandom(seed)
  let acknowledged = 0
  let lost = 0
  for (let kill = 1; kill <= kills; kill++) {
    const ids = await recordUntilKilled(
      stateFolder,
      1 + Math.floor(random() * ACKNOWLEDGED_BEFORE_KILL_MAX),
      random() * 5,
    )
    acknowledged += ids.length
    // The next start is the whole recovery: lock, journal and projection, without any step beside it.
    const opened = await openNode({ stateFolder, organization: 'kill', version: '0', report: warnOfTrouble })
    if (!opened.ok) throw new Error(`the start after kill ${kill} failed: ${opened.failure.message}`)
    await using node = opened.value
    for (const id of ids) if ((await node.store.get('risks', id)) === undefined) lost += 1
    if ((await node.store.cursor()) !== node.ledger.size)
      throw new Error('the projection does not reach the end of the journal')
  }
  return { kills, acknowledged, lost }
}

function recordUntilKilled(stateFolder: string, acknowledgedMax: number, delayMs: number): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CHILD, stateFolder, String(IN_FLIGHT)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [text, complaint, isStruck] = ['', '', false]
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      if (isStruck || text.split('\n').length <= acknowledgedMax) return
      isStruck = true
      setTimeout(() => child.kill('SIGKILL'), delayMs)
    })
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (complaint += chunk))
    child.on('error', reject)
    child.on('close', (code, signal) => {
      // What follows the last line end was cut by the kill and promises nothing.
      if (signal === 'SIGKILL') resolve(text.split('\n').slice(0, -1))
      else reject(new Error(`the owner ended by itself (${code}): ${complaint}`))
    })
  })
}
