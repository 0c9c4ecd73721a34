import { diffPacks } from '../../../domain/policy/diff-packs.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { loadPackOrFile } from '../named-packs.ts'
import { reportProblems } from '../report-problems.ts'
import { inert, inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'

/** `gatehouse policy diff`: the change of a pack in the words of its rules. */
export async function policyDiffCommand(
  terminal: Terminal,
  options: { readonly from: string; readonly to: string; readonly project: string; readonly json: boolean },
): Promise<number> {
  const [from, to] = await Promise.all([
    loadPackOrFile(terminal, options.project, options.from),
    loadPackOrFile(terminal, options.project, options.to),
  ])
  if (!from.ok || !to.ok) {
    reportProblems(terminal, [...(from.ok ? [] : from.failure), ...(to.ok ? [] : to.failure)])
    return EXIT_CODE.usage
  }
  const changes = diffPacks(from.value.pack, to.value.pack)
  const notes = (to.value.pack.notes ?? []).filter(({ version }) => version === to.value.pack.version)
  if (options.json) {
    const head = ({ id, version, digest }: typeof to.value.pack) => ({ id, version, digest })
    printLine(
      terminal,
      inertJson({ schemaVersion: 1, from: head(from.value.pack), to: head(to.value.pack), notes, changes }, 2),
    )
    return EXIT_CODE.pass
  }
  const name = ({ id, version }: typeof to.value.pack): string => `${id}@${version}`
  printLine(terminal, `${name(from.value.pack)} → ${name(to.value.pack)}`)
  for (const { text } of notes) printLine(terminal, `  note: ${inert(text)}`)
  for (const { rule, kind, fields, effect } of changes)
    printLine(
      terminal,
      `  ${kind.padEnd(7)} ${rule}${fields.length > 0 ? ` ${fields.join(', ')}` : ''}: ${effect === 'none' ? 'no effect on decisions' : effect === 'either' ? 'may decide otherwise either way; see `gatehouse policy replay`' : effect}`,
    )
  if (changes.length === 0) printLine(terminal, '  no rule differs')
  return EXIT_CODE.pass
}
