import { Option, type Command } from 'commander'
import { LIST_MAX } from '../../../application/state/records.ts'
import { PAGE_DEFAULT } from '../../../application/state/records-page.ts'
import { shellWord } from '../../../base/shell-word.ts'
import { wholeNumber } from '../whole-number.ts'

/** What every command that prints a list of the state is given beside its own options. */
export interface PageOptions {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly all: boolean
  /** The command as it was given, without its cursor. */
  readonly again: string
}

class CursorOption extends Option {
  constructor() {
    super('--cursor <cursor>', 'go on behind a page: what it printed as next')
  }
}

/** `--limit`, `--cursor` and `--all`, the same for every list. */
export function withPages(command: Command): Command {
  return command
    .addOption(
      new Option('--limit <n>', `how many at most, up to ${LIST_MAX}`)
        .argParser(wholeNumber(1, LIST_MAX))
        .default(PAGE_DEFAULT),
    )
    .addOption(new CursorOption())
    .addOption(new Option('--all', 'all that there are, page by page').default(false).conflicts('limit'))
}

/** Fills in by which words a list goes on, before its command runs. */
export function fillAgain(program: Command): void {
  program.hook('preAction', (_, command) => {
    if (command.options.some((option) => option instanceof CursorOption))
      command.setOptionValueWithSource('again', againOf(command), 'config')
  })
}

/** The words of a command as somebody gave them, ready for a shell. */
function againOf(command: Command): string {
  const names: string[] = []
  for (let at: Command | null = command; at !== null; at = at.parent) names.unshift(at.name())
  const given = command.options.filter(
    (option) => !(option instanceof CursorOption) && command.getOptionValueSource(option.attributeName()) === 'cli',
  )
  const words = given.flatMap((option) => {
    const value: unknown = command.getOptionValue(option.attributeName())
    return option.isBoolean() ? [option.long ?? ''] : [option.long ?? '', shellWord(String(value))]
  })
  return [...names, ...words].join(' ')
}
