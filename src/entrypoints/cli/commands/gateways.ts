import { epochMs, toRfc3339 } from '../../../base/instant.ts'
import type { SessionOptions } from '../session.ts'
import { inert, inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { withSession } from './with-session.ts'

/** `gatehouse gateway list`: which gateways are there, and what each serves by. */
export async function listGatewaysCommand(
  terminal: Terminal,
  options: SessionOptions & { readonly json: boolean },
): Promise<number> {
  return withSession(
    terminal,
    options,
    (session) => session.call('listGateways', {}),
    ({ items }) => {
      if (options.json) return printLine(terminal, inertJson({ schemaVersion: 1, items }, 2))
      if (items.length === 0) return printLine(terminal, 'no gateway was heard within a minute')
      for (const item of items) {
        const state = item['isCurrent'] === true ? 'current' : 'behind'
        const heard = toRfc3339(epochMs(Number(item['at'])))
        printLine(
          terminal,
          `${inert(String(item['gateway']))}  ${inert(String(item['environment']))}  ${state}  version ${Number(item['version'])}  heard ${heard}`,
        )
        if (typeof item['problem'] === 'string') printLine(terminal, `  ${inert(item['problem'])}`)
      }
    },
  )
}
