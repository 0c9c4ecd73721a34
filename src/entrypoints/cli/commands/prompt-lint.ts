import { estimateEach } from '../../../adapters/tokens/estimate-tokens.ts'
import { lintPrompts, type PromptLint } from '../../../application/prompt/lint-prompts.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { loadProject } from '../load-project.ts'
import { reportProblems } from '../report-problems.ts'
import { inert, inertJson, styleFor } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'

/** `gatehouse prompt lint`: the same findings that the gate's check has. */
export async function promptLintCommand(
  terminal: Terminal,
  options: { readonly project: string; readonly manifest: string; readonly json: boolean },
): Promise<number> {
  const loaded = await loadProject(terminal.workingFolder, options.project, options.manifest)
  if (!loaded.ok) {
    reportProblems(terminal, loaded.failure)
    return EXIT_CODE.usage
  }
  const linted = await lintPrompts(loaded.value.release, estimateEach)
  const errors = linted.flatMap(({ findings }) => findings.filter(({ severity }) => severity === 'error')).length
  if (options.json) printLine(terminal, inertJson({ schemaVersion: 1, errors, prompts: linted }, 2))
  else for (const prompt of linted) printLint(terminal, prompt)
  if (linted.length === 0 && !options.json) printLine(terminal, 'the manifest declares no prompts')
  return errors === 0 ? EXIT_CODE.pass : EXIT_CODE.blocked
}

function printLint(terminal: Terminal, { id, path, findings, tokensBound, tokensMax }: PromptLint): void {
  const style = styleFor(terminal.hasColor)
  const budget = tokensMax === null ? 'no budget declared' : `budget ${tokensMax}`
  const verdict = findings.length === 0 ? style.green('clean') : `${findings.length} found`
  printLine(terminal, `${inert(id)} ${inert(path)}: ${verdict}, up to ${tokensBound} tokens, ${budget}`)
  for (const { rule, severity, line, message, next } of findings) {
    const mark = severity === 'error' ? style.red('error  ') : style.yellow('warning')
    printLine(terminal, `  ${mark} ${inert(path)}:${line} ${inert(message)} [${rule}]`)
    printLine(terminal, `          next: ${inert(next)}`)
  }
}
