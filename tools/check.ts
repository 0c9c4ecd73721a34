// `npm run check`: format, lint, types, dead code, generated files. Every step runs; the first failing ones are named at the end.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const steps: readonly (readonly [string, string, readonly string[]])[] = [
  ['format', 'oxfmt', ['--check']],
  ['types', 'tsc', ['-b']],
  ['types of tests, tools, examples', 'tsc', ['-p', 'test/tsconfig.json']],
  ['types of the console', 'tsc', ['--noEmit', '-p', 'console/tsconfig.json']],
  ['lint', 'oxlint', ['--type-aware']],
  ['dead code', 'knip', ['--no-config-hints']],
  ['generated files', process.execPath, ['tools/generate.ts', '--check']],
]

const failed: string[] = []
for (const [name, command, args] of steps) {
  const started = performance.now()
  const program = command === process.execPath ? command : join(root, 'node_modules', '.bin', command)
  const { status, stdout, stderr, error } = spawnSync(program, [...args], { cwd: root, encoding: 'utf8' })
  const isGood = status === 0 && error === undefined
  console.log(`${isGood ? 'ok  ' : 'FAIL'} ${name} (${((performance.now() - started) / 1_000).toFixed(1)} s)`)
  if (isGood) continue
  failed.push(name)
  console.log(`${stdout}${stderr}${error?.message ?? ''}`)
}
if (failed.length > 0) {
  console.log(`failed: ${failed.join(', ')}`)
  process.exit(1)
}
