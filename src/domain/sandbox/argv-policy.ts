import { fail, ok, type Problem, type Result } from '../../base/result.ts'

export interface ArgvPolicy {
  /** Programs by absolute path. */
  readonly programs: readonly string[]
  /** Options that may be given, such as `-n` or `--max-count`; a long one may carry its value after `=`. */
  readonly options: readonly string[]
  /** Absolute folder in which path arguments must stay; undefined: no argument may look like a path that leads out. */
  readonly root?: string | undefined
}

const ARGUMENTS_MAX = 256

/**
 * Checks a command before it is run as an array. There is no shell, so its characters mean nothing; what is left is the
 * program, its options, and paths that lead out. By name only: links are resolved by `containedPath` of the adapters.
 */
export function checkArgv(argv: readonly string[], policy: ArgvPolicy): Result<readonly string[], Problem> {
  const refuse = (message: string): Result<never, Problem> => fail({ code: 'sandbox/argv', message })
  const [program, ...args] = argv
  if (program === undefined || !policy.programs.includes(program)) return refuse('the program is not on the list')
  if (args.length > ARGUMENTS_MAX) return refuse(`there are more than ${ARGUMENTS_MAX} arguments`)
  let isOption = true
  for (const argument of args) {
    if (argument.includes('\0') || !argument.isWellFormed())
      return refuse('an argument holds a NUL or is not well-formed')
    if (argument === '--') isOption = false
    else if (isOption && argument.startsWith('-') && argument !== '-') {
      const [name = '', ...value] = argument.split('=')
      const isListed = policy.options.includes(value.length > 0 && name.startsWith('--') ? name : argument)
      if (!isListed) return refuse(`\`${name.slice(0, 40)}\` is not on the list of options`)
      if (value.length > 0 && !staysInside(value.join('='), policy.root))
        return refuse('an option leads out of the folder')
    } else if (!staysInside(argument, policy.root)) return refuse('an argument leads out of the folder')
  }
  return ok(argv)
}

function staysInside(argument: string, root: string | undefined): boolean {
  if (argument.split(/[/\\]/).includes('..')) return false
  if (!/^(?:[/\\~]|[A-Za-z]:[/\\]|file:)/i.test(argument)) return true
  return root !== undefined && (argument === root || argument.startsWith(`${root.replace(/\/$/, '')}/`))
}
