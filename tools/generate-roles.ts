// docs/reference/roles.md: who may do what, from the access table and the table of operations.
import { OPERATIONS } from '../src/contract/http/operations.ts'
import { ACCESS_TABLE, ROLES, mayCall, type Access } from '../src/domain/access/access-table.ts'

const INTRODUCTION = `# Roles

Generated from \`src/domain/access/access-table.ts\` and \`src/contract/http/operations/\` by \`npm run generate\`; do not edit.

Each operation names an **access class**, and the class names its roles. What is not listed is refused, over HTTP and for
commands that own the state folder themselves. The same table gives the OpenAPI document its \`x-gatehouse-roles\`, and a
test calls every operation with every role.

`

const REST = `
## What holds on top of roles

- A credential can be narrower than its roles: an API key may be bound to operations, systems and an environment. A call
  on all systems lies outside the scope of one system (\`http/outside-scope\`).
- An API key holds no role that its maker lacks, and no operation of a class that is not open to keys: a key cannot make
  credentials.
- A share for an auditor opens the operations of class \`share\` and nothing else.
- A gateway's token opens the operations of class \`gateway\` and the bundle. A workload key signs subjects
  (\`Gatehouse-Subject\`) and opens no operation.

Separation of duties holds by name, whatever the roles:

- nobody decides on their own request; the release's author decides on no exception of it;
- the author approves no release of their own; the author is the \`author\` of the first gate of that digest;
- \`giveApproval\` asks that the caller holds the role they approve as (or \`admin\`);
- two approvals count as two only from two people in two roles.

Where names and roles come from: [identity](identity.md).
`

/** The page, by path. */
export function rolesFiles(): Readonly<Record<string, string>> {
  const classes = Object.entries(ACCESS_TABLE).map(
    ([name, { what, roles, isOpenToKeys }]) =>
      `| \`${name}\` | ${what} | ${roles.join(', ')} | ${isOpenToKeys ? 'yes' : 'no'} | ${operationsOf(name as Access).join(', ') || '–'} |`,
  )
  const rows = Object.entries(OPERATIONS).map(
    ([name, { access }]) =>
      `| \`${name}\` | ${ROLES.map((role) => (mayCall(access, [role]) ? '✓' : '')).join(' | ')} |`,
  )
  const text = [
    INTRODUCTION,
    '## Access classes\n\n| class | what for | roles | open to API keys | operations |\n|---|---|---|---|---|\n',
    `${classes.join('\n')}\n`,
    `\n## Every operation\n\n| operation | ${ROLES.join(' | ')} |\n|---|${ROLES.map(() => '---|').join('')}\n`,
    `${rows.join('\n')}\n`,
    REST,
  ].join('')
  return { 'docs/reference/roles.md': text }
}

function operationsOf(access: Access): readonly string[] {
  return Object.entries(OPERATIONS)
    .filter(([, operation]) => operation.access === access)
    .map(([name]) => `\`${name}\``)
}
