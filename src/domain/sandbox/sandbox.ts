import type { Problem, Result } from '../../base/result.ts'
import type { SandboxProfile } from '../manifest/manifest.ts'

export interface SandboxRequest {
  /** Program by its absolute path, and its arguments: no shell takes them apart. */
  readonly command: readonly string[]
  /** UTF-8. */
  readonly stdin: string
  readonly profile: SandboxProfile
}

export interface SandboxOutcome {
  /** How it ended: by itself, at its wall time, or for writing too much. The bounds on processor and memory end it by itself. */
  readonly end: 'exited' | 'wall-time' | 'output-limit'
  /** Exit status; 128 and the signal's number for a program that a signal ended. Undefined unless it exited. */
  readonly status: number | undefined
  /** UTF-8, ill-formed bytes replaced; what was written before the end. */
  readonly stdout: string
  readonly stderr: string
}

/** Runs what a model may have written, inside the bounds of a profile or not at all. */
export interface Sandbox {
  /** Fails with `sandbox/unavailable` when a bound cannot be enforced here, `sandbox/refused` for a request that is none. */
  run(request: SandboxRequest): Promise<Result<SandboxOutcome, Problem>>
}

const ARGUMENTS_MAX = 256
const ARGUMENT_CHARS_MAX = 100_000
const STDIN_CHARS_MAX = 1_000_000
const CONTROL_FREE = /^[^\u0000]*$/

/** What is wrong with a request before any means are looked for. */
export function requestProblem({ command, stdin, profile }: SandboxRequest): Problem | undefined {
  const refuse = (message: string): Problem => ({ code: 'sandbox/refused', message })
  const [program] = command
  if (program === undefined || !/^\/[^\u0000]{1,4095}$/.test(program) || program.split('/').includes('..'))
    return refuse('the program is not named by an absolute path')
  if (command.length > ARGUMENTS_MAX) return refuse(`there are more than ${ARGUMENTS_MAX} arguments`)
  if (command.reduce((sum, argument) => sum + argument.length, 0) > ARGUMENT_CHARS_MAX)
    return refuse(`the arguments have more than ${ARGUMENT_CHARS_MAX} characters`)
  if (!command.every((argument) => CONTROL_FREE.test(argument) && argument.isWellFormed()))
    return refuse('an argument holds a NUL or is not well-formed')
  if (stdin.length > STDIN_CHARS_MAX) return refuse(`the input has more than ${STDIN_CHARS_MAX} characters`)
  const bounds = [profile.cpuSeconds, profile.memoryMb, profile.wallSeconds]
  if (!bounds.every((bound) => Number.isSafeInteger(bound) && bound >= 1))
    return refuse('a bound of the profile is no whole number above 0')
  // The types allow nothing else; a profile from JSON might hold it all the same.
  if ((profile.network as string) !== 'none' || (profile.filesystem as string) !== 'temporary')
    return refuse('the profile asks for a network or for lasting files')
  return undefined
}
