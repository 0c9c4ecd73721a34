import type { Dpia } from '../../../domain/impact/dpia.ts'
import { renderDpia } from '../../../domain/impact/render-dpia.ts'
import type { SessionOptions } from '../session.ts'
import { inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { withSession } from './with-session.ts'

/** `gatehouse dpia`: a draft that says which questions it cannot answer. */
export async function dpiaCommand(
  terminal: Terminal,
  options: SessionOptions & { readonly system: string; readonly format: 'markdown' | 'json'; readonly json: boolean },
): Promise<number> {
  return withSession(
    terminal,
    options,
    (session) => session.call('getDpia', { system: options.system }),
    (dpia) =>
      options.json || options.format === 'json'
        ? printLine(terminal, inertJson(dpia, 2))
        : terminal.out(renderDpia(dpia as unknown as Dpia)),
  )
}
