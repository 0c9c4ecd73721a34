import { fail, ok, type Problem, type Result } from '../../base/result.ts'

/** The values of `guard.secretsFrom`, or every variable that is not set: an index that lacks a secret would let it out. */
export function declaredSecrets(
  names: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Result<readonly string[], readonly Problem[]> {
  const absent = names.filter((name) => (environment[name] ?? '') === '')
  if (absent.length === 0) return ok(names.flatMap((name) => environment[name] ?? []))
  return fail(
    absent.map((name) => ({
      code: 'guard/missing-secret',
      message: `the environment has no \`${name}\`, which \`guard.secretsFrom\` names`,
      next: `set ${name}, or take it from the list`,
    })),
  )
}
