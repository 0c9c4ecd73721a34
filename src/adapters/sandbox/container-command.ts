import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { requestProblem, type SandboxRequest } from '../../domain/sandbox/sandbox.ts'

export interface ContainerOptions {
  /** Docker, Podman or another client with the same options, by absolute path. */
  readonly client: string
  /** Image by digest, `name@sha256:…`: a tag may mean another image tomorrow. */
  readonly image: string
  /** Name of the container, by which `containerKill` ends it. */
  readonly name: string
}

const IMAGE = /^[a-z0-9][a-z0-9._:/-]{0,200}@sha256:[0-9a-f]{64}$/
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,62}$/
const PROCESSES_MAX = 64
const NOBODY = '65534:65534'

/**
 * The argument list of one container for one command. The client has no option for a wall time: whoever runs it ends it with
 * `containerKill` when the time is over. Fails with `sandbox/refused`.
 */
export function containerRun(request: SandboxRequest, options: ContainerOptions): Result<readonly string[], Problem> {
  const problem = requestProblem(request) ?? optionsProblem(options)
  if (problem !== undefined) return fail(problem)
  const { profile, command } = request
  if (profile.via !== 'container')
    return fail({ code: 'sandbox/refused', message: `the profile asks for a ${profile.via}` })
  const memory = `${profile.memoryMb}m`
  const name = ['--name', options.name, '--rm', '--init', '--interactive', '--pull', 'never', '--log-driver', 'none']
  const place = ['--network', 'none', '--ipc', 'private', '--read-only', '--workdir', '/tmp']
  const files = ['--tmpfs', `/tmp:rw,nosuid,nodev,noexec,size=${memory}`]
  // Swap equal to memory means none on top of it.
  const sizes = ['--memory', memory, '--memory-swap', memory, '--cpus', '1', '--pids-limit', String(PROCESSES_MAX)]
  const limits = [`cpu=${profile.cpuSeconds}:${profile.cpuSeconds}`, 'core=0:0', 'nofile=64:64'].flatMap((limit) => [
    '--ulimit',
    limit,
  ])
  const rights = ['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--user', NOBODY]
  const [program = '', ...args] = command
  return ok([
    options.client,
    'run',
    ...name,
    ...place,
    ...files,
    ...sizes,
    ...limits,
    ...rights,
    '--entrypoint',
    program,
    options.image,
    ...args,
  ])
}

/** Ends a container that `containerRun` started. Fails with `sandbox/refused`. */
export function containerKill(options: ContainerOptions): Result<readonly string[], Problem> {
  const problem = optionsProblem(options)
  return problem === undefined ? ok([options.client, 'kill', options.name]) : fail(problem)
}

function optionsProblem({ client, image, name }: ContainerOptions): Problem | undefined {
  const refuse = (message: string): Problem => ({ code: 'sandbox/refused', message })
  if (!client.startsWith('/')) return refuse('the container client is not named by an absolute path')
  if (!IMAGE.test(image)) return refuse('the image is not named by its digest')
  return NAME.test(name) ? undefined : refuse('the container has no plain name')
}
