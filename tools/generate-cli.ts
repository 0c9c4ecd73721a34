// docs/reference/cli.md: every command, and whether it works embedded, against a server, or only where it is.
import { LIST_MAX } from '../src/application/state/records.ts'
import { PAGE_DEFAULT } from '../src/application/state/records-page.ts'
import { COMMAND_PLACES, leafCommands, REASONS, type LeafCommand } from './command-places.ts'

const INTRODUCTION = `# Commands

Generated from the program itself and \`tools/command-places.ts\` by \`npm run generate\`; do not edit. Options of a command:
\`gatehouse COMMAND --help\`. Exit codes: [exit codes](exit-codes.md).

## Where a command works

A command that works **both ways** does the same thing, prints the same and ends with the same exit code, whether this
process opens the state for the length of the command, another process on this machine has it open, or a server has it:

1. \`--state FOLDER\` (or \`GATEHOUSE_STATE\`) names a folder: a control plane that has it open is asked, else the command opens it.
2. Without it, the server of \`gatehouse login\`, or of \`GATEHOUSE_SERVER\` and \`GATEHOUSE_TOKEN\`, is asked.
3. Without a server, \`.gatehouse\` in this folder, as in 1.

What differs is who one is: with a folder of one's own \`--as NAME:roles\` is taken at one's word; a server knows the caller,
and refuses \`--as\`. A test runs every command of this table both ways, as text and as JSON,
and compares standard output, standard error and exit code. Three commands say one thing of the way itself: \`whoami\` (by which
way one came), \`sessions list\` (which session is this one) and \`evidence pack\` (where the trust file is to be had).

## Lists

Commands that list records of the state (\`list\` of most groups, and \`escalations\`) show ${PAGE_DEFAULT} at once and take

- \`--limit N\`: as many, 1 to ${LIST_MAX};
- \`--cursor CURSOR\`: those behind a page;
- \`--all\`: every one. Pages are printed as they come in, so memory does not grow with the list.

Where more follow, the last line of standard error says so and names the command for the next page, with the options that were
given. With \`--json\` the cursor is \`nextCursor\`, null on the last page, as in the [HTTP API](api.md#calling-it). A list that
fails on its way ends with the problem on standard error and its exit code; JSON is then not closed, so that no part is taken
for the whole. A cursor belongs to the list that gave it, and to one state.

Lists without these options are always whole, because something else bounds them: \`controls list\` (the catalogue),
\`gateway list\` (gateways of the last minute), \`jobs schedules\` (the configuration), \`webhook list\` (50), \`sessions list\` (the
newest 1,000), and reports over everything, like \`gaps\`.

`

/** The page, by path. */
export function cliFiles(): Readonly<Record<string, string>> {
  const leaves = leafCommands()
  const both = leaves.filter(({ name }) => COMMAND_PLACES[name] === 'both ways')
  const parts = [
    INTRODUCTION,
    '## Both ways\n\n| command | what it does |\n|---|---|\n',
    both.map(rowOf).join(''),
    '\n## Not both ways\n\n| command | why | what it does |\n|---|---|---|\n',
    leaves
      .filter((leaf) => !both.includes(leaf))
      .map(oneWayRowOf)
      .join(''),
  ]
  return { 'docs/reference/cli.md': parts.join('') }
}

const cell = (text: string): string => text.replaceAll('|', '\\|')

function rowOf({ name, description }: LeafCommand): string {
  return `| \`gatehouse ${name}\` | ${cell(description)} |\n`
}

function oneWayRowOf({ name, description }: LeafCommand): string {
  const place = COMMAND_PLACES[name]
  if (place === undefined || place === 'both ways') throw new Error(`\`${name}\` has no row in tools/command-places.ts`)
  return `| \`gatehouse ${name}\` | ${REASONS[place]} | ${cell(description)} |\n`
}
