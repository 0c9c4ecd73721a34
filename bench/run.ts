// `npm run bench -- NAME [--quick] [--profile] [--data DIR] [--json FILE] [--write] [--date YYYY-MM-DD] [--enforce]`:
// our guard beside what a TypeScript user would pick instead. `--write` keeps the report under docs/reports.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { goalTable } from './guard.ts'
import { circumstances, markdownReport, plainTable } from './print.ts'

const root = join(import.meta.dirname, '..')
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    quick: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    enforce: { type: 'boolean', default: false },
    date: { type: 'string' },
    data: { type: 'string', default: join('..', 'shared', 'datasets', 'dev') },
  },
})
/** Each is loaded when it is asked for: none needs what another measures. */
const BENCHES = {
  guard: { title: 'Bench: speed of the guard', load: async () => (await import('./guard.ts')).benchGuard },
  detection: { title: 'Bench: detection', load: async () => (await import('./detection.ts')).benchDetection },
  gateway: { title: 'Bench: the gateway', load: async () => (await import('./gateway.ts')).benchGateway },
  'kill-switch': {
    title: 'Bench: kill switches',
    load: async () => (await import('./kill-switch.ts')).benchKillSwitch,
  },
  policy: { title: 'Bench: policy engine', load: async () => (await import('./policy.ts')).benchPolicy },
  evals: { title: 'Bench: evaluation runner', load: async () => (await import('./evals.ts')).benchEvals },
  storage: {
    title: 'Bench: lists and details on a large state',
    load: async () => (await import('./storage.ts')).benchStorage,
  },
} as const
const [name = ''] = positionals
if (!isBench(name)) {
  console.error(
    `usage: npm run bench -- ${Object.keys(BENCHES).join('|')} [--quick] [--profile] [--data DIR] [--json FILE] [--write] [--date DATE] [--enforce]`,
  )
  process.exit(2)
}

const { title, load } = BENCHES[name]
const run = await load()
const command = `npm run bench -- ${process.argv.slice(2).join(' ')}`
// Before the run: the commit whose code is measured.
const setting = circumstances(root, command, values.date)
const result = await run({ root, data: values.data, isQuick: values.quick, isProfiled: values.profile })
const tables = [goalTable(result.goals), setting, ...result.tables]
console.log([title, ...result.paragraphs, ...tables.map(plainTable)].join('\n'))
if (values.json !== undefined)
  await writeFile(
    values.json,
    `${JSON.stringify({ title, command, goals: result.goals, ...result.figures }, undefined, 2)}\n`,
  )
if (values.write)
  await writeFile(join(root, 'docs', 'reports', `${name}-bench.md`), markdownReport(title, result.paragraphs, tables))
if (values.enforce && result.goals.some(({ isMet }) => !isMet)) process.exitCode = 1

function isBench(wanted: string): wanted is keyof typeof BENCHES {
  return Object.hasOwn(BENCHES, wanted)
}
