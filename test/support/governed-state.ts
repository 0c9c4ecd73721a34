import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import type { StoredRuleResult, StoredVerdict } from '../../src/application/release/stored-verdict.ts'
import { DAY_MS, epochMs } from '../../src/base/instant.ts'
import type { Session } from '../../src/entrypoints/cli/session.ts'
import type { OpenedNode } from '../../src/entrypoints/node/open-node.ts'
import { openNodeOrThrow, sessionOn } from './owned-state.ts'
import { tempFolder } from './temp-folder.ts'

/** A state of its own for a file of tests, people who act on it, and a number that is new in each test. */
export interface GovernedState {
  readonly node: OpenedNode
  readonly project: string
  readonly count: number
  readonly as: (name: string, ...roles: readonly string[]) => Session
  /** The same state some days from now. */
  readonly in_: (days: number, name?: string, roles?: readonly string[]) => Session
}

export function governedState(): GovernedState {
  const cleanUp = new AsyncDisposableStack()
  let node: OpenedNode
  let project: string
  let count = 0
  beforeAll(async () => {
    const folder = cleanUp.use(await tempFolder()).path
    node = cleanUp.use(await openNodeOrThrow(join(folder, 'state')))
    project = join(folder, 'project')
  })
  afterAll(() => cleanUp.disposeAsync())
  beforeEach(() => {
    count += 1
  })
  return {
    get node() {
      return node
    },
    get project() {
      return project
    },
    get count() {
      return count
    },
    as: (name, ...roles) => sessionOn(node, name, roles.length === 0 ? ['admin'] : roles),
    in_: (days, name = 'author-a', roles = ['admin']) =>
      sessionOn({ ...node, clock: () => epochMs(Date.now() + days * DAY_MS) } as OpenedNode, name, roles),
  }
}

export const outcomeOf = ({ results }: StoredVerdict, id = 'GH-VER-001'): StoredRuleResult['outcome'] | undefined =>
  results.find((result) => result.id === id)?.outcome
