import { ADAPTERS } from './peer-adapters.ts'
import type { Peers } from './peers.ts'
import type { Table } from './print.ts'

export interface BenchOptions {
  readonly root: string
  /** Folder of labelled texts. */
  readonly data: string
  readonly isQuick: boolean
  readonly isProfiled: boolean
}

export interface Goal {
  readonly goal: string
  readonly figure: string
  readonly isMet: boolean
}

export interface BenchResult {
  readonly paragraphs: readonly string[]
  readonly goals: readonly Goal[]
  readonly tables: readonly Table[]
  /** Everything that was measured, for `--json`. */
  readonly figures: Readonly<Record<string, unknown>>
}

/** How each peer was set up, and which could not be run and why. */
export function peerTables({ opened, leftOut }: Peers): readonly Table[] {
  const setups: Table = {
    title: 'Peers',
    isProse: true,
    head: ['package', 'as set up'],
    rows: ADAPTERS.map((adapter) => [
      opened.find(({ name }) => name.startsWith(`${adapter.package} `))?.name ?? adapter.package,
      adapter.how,
    ]),
    note: 'Each as its own documentation shows, offline: modes that ask a model or a network service are left out.',
  }
  if (leftOut.length === 0) return [setups]
  return [
    setups,
    {
      title: 'Peers that could not be run',
      isProse: true,
      head: ['package', 'task', 'why'],
      rows: leftOut.map(({ name, task, why }) => [name, task, why]),
    },
  ]
}
