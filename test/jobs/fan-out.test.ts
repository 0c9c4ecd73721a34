// Events become deliveries, whatever is written while it is looked who wants them.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { issueDeny } from '../../src/application/respond/kill.ts'
import type { RecordStore } from '../../src/application/state/records.ts'
import { fanOut } from '../../src/application/webhooks/fan-out.ts'
import { addWebhook } from '../../src/application/webhooks/webhooks.ts'
import type { OpenedNode } from '../../src/entrypoints/node/open-node.ts'
import { openNodeOrThrow } from '../support/owned-state.ts'
import { tempFolder } from '../support/temp-folder.ts'

const ADMIN = { name: 'ann', roles: ['admin'] }

/** The same store, behind whose first list of webhooks something happens. */
function behindFirstList(store: RecordStore, happens: () => Promise<void>): RecordStore {
  let isFirst = true
  return {
    ...store,
    list: async (kind, filter) => {
      const found = await store.list(kind, filter)
      if (kind === 'webhooks' && isFirst) {
        isFirst = false
        await happens()
      }
      return found
    },
  }
}

async function added(node: OpenedNode, name: string): Promise<string> {
  const input = { url: `https://${name}.example/x`, description: '', events: ['deny.issued'], systems: null }
  const webhook = await addWebhook(node, ADMIN, input)
  if (!webhook.ok) throw new Error(webhook.failure.message)
  return webhook.value.id
}

test('a webhook that is added while events are read gets the event that follows it', async () => {
  await using temp = await tempFolder()
  await using node = await openNodeOrThrow(join(temp.path, 'state'))
  const wanted = [await added(node, 'one')]
  const store = behindFirstList(node.store, async () => {
    wanted.push(await added(node, 'two'))
    await issueDeny(node, ADMIN, { system: 's', scope: { kind: 'system' }, reason: 'drill' })
  })
  for (let turn = 0; turn < 2; turn++)
    expect(await fanOut({ ...node, store }, node.positions, () => node.jobs())).toMatchObject({ ok: true })
  const jobs = await node.jobs()
  const made = await jobs.list({ kind: 'webhook.deliver' })
  expect(made.map(({ subject }) => subject).toSorted()).toEqual(wanted.toSorted())
})
