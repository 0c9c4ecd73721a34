import { constants } from 'node:fs'
import { access, realpath } from 'node:fs/promises'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { SandboxProfile } from '../../domain/manifest/manifest.ts'
import { requestProblem, type Sandbox } from '../../domain/sandbox/sandbox.ts'
import { errnoOf } from '../files/errno.ts'
import { CELL_ROOT, launcherArguments, MEANS } from './launcher.ts'
import { runBounded, type BoundedOutcome } from './run-bounded.ts'

export interface SubprocessSandboxOptions {
  readonly platform: string
  /** Does this process run as root? The cell then runs as nobody. */
  readonly isRoot: boolean
  /** Absolute folders besides `/usr` that the command may read, such as an interpreter's; whoever runs the cell must be able to. */
  readonly readOnlyFolders?: readonly string[] | undefined
  readonly outputBytesMax?: number | undefined
}

const OUTPUT_BYTES_MAX = 1_048_576
const PROBE: SandboxProfile = {
  network: 'none',
  filesystem: 'temporary',
  cpuSeconds: 5,
  memoryMb: 64,
  wallSeconds: 10,
  via: 'subprocess',
}
const FOLDER = /^(?:\/[A-Za-z0-9_.+@-]{1,255}){1,32}$/

/**
 * Runs commands in a cell of Linux namespaces: no network, a root of its own in memory, system folders read-only, no
 * capabilities, an empty environment, limits on processor, memory, file size, files and processes, and an end at the wall time.
 * Where the kernel or the programs for one of these are missing it runs nothing.
 * The kernel is shared: a fault in it opens the cell, which a container of the same kernel would not mend.
 */
export function subprocessSandbox(options: SubprocessSandboxOptions): Sandbox {
  let probed: Promise<Problem | undefined> | undefined
  return {
    async run(request) {
      const problem = requestProblem(request)
      if (problem !== undefined) return fail(problem)
      if (request.profile.via !== 'subprocess')
        return fail({ code: 'sandbox/refused', message: `the profile asks for a ${request.profile.via}` })
      probed ??= unavailable(options)
      const missing = await probed
      if (missing !== undefined) return fail(missing)
      const outcome = await launch(options, request.profile, request.command, request.stdin)
      if (!outcome.ok) return outcome
      const { isReady, ...told } = outcome.value
      if (!isReady && told.end === 'exited') return fail(notBuilt(told.stderr))
      return ok(told)
    },
  }
}

// oxlint-disable-next-line max-params -- one run told in full
async function launch(
  options: SubprocessSandboxOptions,
  profile: SandboxProfile,
  command: readonly string[],
  stdin: string,
): Promise<Result<BoundedOutcome, Problem>> {
  const [program = '', ...args] = launcherArguments(profile, command, {
    isRoot: options.isRoot,
    folders: options.readOnlyFolders ?? [],
  })
  try {
    const outputBytesMax = options.outputBytesMax ?? OUTPUT_BYTES_MAX
    return ok(await runBounded({ program, args, stdin, wallSeconds: profile.wallSeconds, outputBytesMax }))
  } catch (error) {
    return fail(missingMeans(`\`${program}\` does not start (${errnoOf(error) ?? 'unknown'})`))
  }
}

/** What is missing for the cell; asked once, by building one around a program that does nothing. */
async function unavailable(options: SubprocessSandboxOptions): Promise<Problem | undefined> {
  if (options.platform !== 'linux') return missingMeans('namespaces exist on Linux only')
  for (const path of [...Object.values(MEANS), CELL_ROOT])
    if (!(await exists(path))) return missingMeans(`\`${path}\` is not there`)
  for (const folder of options.readOnlyFolders ?? []) {
    if (!FOLDER.test(folder) || `${folder}/`.startsWith(`${CELL_ROOT}/`) || (await realPathOf(folder)) !== folder)
      return missingMeans(`\`${folder.slice(0, 200)}\` is no real absolute folder outside \`${CELL_ROOT}\``)
  }
  const probe = await launch(options, PROBE, ['/usr/bin/true'], '')
  if (!probe.ok) return probe.failure
  const { isReady, status, stderr } = probe.value
  if (!isReady) return notBuilt(stderr)
  return status === 0 ? undefined : missingMeans(`a command does not run in the cell: ${firstLine(stderr)}`)
}

function notBuilt(stderr: string): Problem {
  return missingMeans(`the kernel refused to build the cell: ${firstLine(stderr)}`)
}

function missingMeans(what: string): Problem {
  return {
    code: 'sandbox/unavailable',
    message: `nothing was run, because a bound cannot be enforced: ${what}`,
    next: 'allow unprivileged user namespaces and install util-linux, or run the tool in a container',
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]?.slice(0, 200) ?? ''
}

async function exists(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}

async function realPathOf(path: string): Promise<string | undefined> {
  return realpath(path).catch(() => undefined)
}
