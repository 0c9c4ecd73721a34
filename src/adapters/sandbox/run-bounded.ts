import { spawn } from 'node:child_process'
import { kill as signal } from 'node:process'
import { errnoOf } from '../files/errno.ts'
import { SECOND_MS } from '../../base/instant.ts'
import type { SandboxOutcome } from '../../domain/sandbox/sandbox.ts'

export interface BoundedRun {
  readonly program: string
  readonly args: readonly string[]
  readonly stdin: string
  readonly wallSeconds: number
  /** Bytes of both outputs together. */
  readonly outputBytesMax: number
}

export interface BoundedOutcome extends SandboxOutcome {
  /** The launcher said that the cell stands and the command is about to begin. */
  readonly isReady: boolean
}

/** File descriptor on which a launcher writes one line when its cell stands; the command in it never sees it. */
export const READY_FD = 3

/**
 * Runs a program with an empty environment in a process group of its own; the group is killed at the wall time and when it
 * writes too much. Rejects only when the program cannot be started at all.
 */
export function runBounded(run: BoundedRun): Promise<BoundedOutcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(run.program, [...run.args], {
      cwd: '/',
      env: {},
      detached: true,
      shell: false,
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    })
    const outputs = { stdout: [] as Buffer[], stderr: [] as Buffer[] }
    let bytes = 0
    let isReady = false
    let end: SandboxOutcome['end'] = 'exited'
    const kill = (why: SandboxOutcome['end']): void => {
      if (end === 'exited') end = why
      killGroup(child.pid)
    }
    const timer = setTimeout(() => kill('wall-time'), run.wallSeconds * SECOND_MS)
    for (const name of ['stdout', 'stderr'] as const)
      child[name].on('data', (chunk: Buffer) => {
        const room = run.outputBytesMax - bytes
        bytes += chunk.length
        if (room > 0) outputs[name].push(chunk.subarray(0, room))
        if (bytes > run.outputBytesMax) kill('output-limit')
      })
    child.stdio[READY_FD]?.on('data', () => {
      isReady = true
    })
    // A command may end without reading its input; that is its right.
    child.stdin.on('error', () => undefined)
    child.stdin.end(run.stdin)
    child.on('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({
        end,
        status: end === 'exited' ? (code ?? undefined) : undefined,
        stdout: Buffer.concat(outputs.stdout).toString('utf8'),
        stderr: Buffer.concat(outputs.stderr).toString('utf8'),
        isReady,
      })
    })
  })
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    signal(-pid, 'SIGKILL')
  } catch (error) {
    // The group has ended by itself in the meantime.
    if (errnoOf(error) !== 'ESRCH') throw error
  }
}
