import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const CHILD = join(import.meta.dirname, 'control-plane-child.ts')

interface Server {
  readonly folder: string
  child: ChildProcess | undefined
  url: string | undefined
}

/** Two control planes in processes of their own, on one schema. */
export class ServerPair implements AsyncDisposable {
  readonly #servers: readonly [Server, Server]
  readonly #schema: string
  /** What they said on standard error. */
  readonly complaints: string[] = []
  readonly #ended = new AbortController()

  constructor(folders: readonly [string, string], schema: string) {
    this.#servers = [
      { folder: folders[0], child: undefined, url: undefined },
      { folder: folders[1], child: undefined, url: undefined },
    ]
    this.#schema = schema
  }

  /** Aborted, with what it said, when a server ends that nobody killed. */
  get endedByItself(): AbortSignal {
    return this.#ended.signal
  }

  async start(which: number): Promise<void> {
    const server = this.#servers[which] as Server
    const child = spawn(process.execPath, [CHILD, server.folder, this.#schema], { stdio: ['ignore', 'pipe', 'pipe'] })
    server.child = child
    child.stderr.setEncoding('utf8').on('data', (text: string) => this.complaints.push(text))
    child.once('exit', (code, signal) => {
      if (server.child !== child) return
      server.url = undefined
      const said = this.complaints.join('').slice(-4_000)
      this.#ended.abort(new Error(`server ${which} ended by itself (${signal ?? code}): ${said}`))
    })
    const lines = createInterface({ input: child.stdout })
    const [line] = (await once(lines, 'line', { signal: this.#ended.signal }).catch((error: unknown) => {
      throw this.#ended.signal.aborted ? this.#ended.signal.reason : error
    })) as [string]
    server.url = (JSON.parse(line) as { url: string }).url
  }

  async kill(which: number): Promise<void> {
    const server = this.#servers[which] as Server
    const { child } = server
    if (child === undefined) return
    server.url = undefined
    server.child = undefined
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }

  urlOf(which: number): string | undefined {
    return this.#servers[which]?.url
  }

  /** The one at a place, or the other while it is down. */
  anyUrl(first: number): string | undefined {
    return this.urlOf(first % 2) ?? this.urlOf((first + 1) % 2)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.kill(0), this.kill(1)])
  }
}
