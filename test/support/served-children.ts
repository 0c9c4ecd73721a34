import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { environmentOf } from './state-environment.ts'

const BIN = join(import.meta.dirname, '..', '..', 'bin', 'gatehouse')

/** A control plane in a process of its own. */
export interface Served {
  readonly child: ChildProcess
  readonly printed: { out: string; error: string }
}

export const isOver = ({ child }: Served): boolean => child.exitCode !== null || child.signalCode !== null
export const isUp = ({ printed }: Served): boolean => printed.out.includes('Ctrl-C stops it')

/** Control planes of one test, started by the real program where the test's state lies. */
export class ServedChildren {
  readonly #children: ChildProcess[] = []

  serve(folder: string): Served {
    const child = spawn(process.execPath, [BIN, 'serve', '--port', '0'], {
      cwd: folder,
      env: { ...process.env, ...environmentOf(folder) },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#children.push(child)
    const printed = { out: '', error: '' }
    child.stdout.on('data', (bytes: Buffer) => void (printed.out += bytes.toString()))
    child.stderr.on('data', (bytes: Buffer) => void (printed.error += bytes.toString()))
    return { child, printed }
  }

  /** Kills those that still run. */
  async end(): Promise<void> {
    for (const child of this.#children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
  }
}
