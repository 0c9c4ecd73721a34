import { monotonicMs } from '../../../adapters/clock/system-clock.ts'
import type { Terminal } from '../terminal.ts'

export interface Progress {
  start(total: number, what: string): void
  advance(): void
  stop(): void
}

const QUIET_MS = 2_000
const TTY_EVERY_MS = 100
const LOG_EVERY_MS = 30_000

/** Progress on standard error: a line that rewrites itself on a terminal, one line per half minute elsewhere. */
export function terminalProgress(terminal: Terminal): Progress {
  let state = { total: 0, done: 0, what: '', startedMs: 0, shownMs: 0, isShown: false }
  const show = (now: number): void => {
    const elapsed = now - state.startedMs
    const left = state.done === 0 ? undefined : Math.ceil(((elapsed / state.done) * (state.total - state.done)) / 1_000)
    const line = `${state.done}/${state.total} ${state.what}${left === undefined ? '' : `, about ${left} s left`}`
    terminal.error(terminal.isInteractive ? `\r\u001b[2K${line}` : `${line}\n`)
    state.isShown = true
    state.shownMs = now
  }
  return {
    start(total, what) {
      const now = monotonicMs()
      state = { total, done: 0, what, startedMs: now, shownMs: now, isShown: false }
    },
    advance() {
      state.done += 1
      const now = monotonicMs()
      if (
        now - state.startedMs > QUIET_MS &&
        now - state.shownMs > (terminal.isInteractive ? TTY_EVERY_MS : LOG_EVERY_MS)
      )
        show(now)
    },
    stop() {
      if (terminal.isInteractive && state.isShown) terminal.error('\r\u001b[2K')
    },
  }
}
