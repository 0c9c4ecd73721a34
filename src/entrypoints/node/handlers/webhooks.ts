import {
  activeWebhook,
  activeWebhooks,
  addWebhook,
  removeWebhook,
  rotateWebhook,
} from '../../../application/webhooks/webhooks.ts'
import { replayDeliveries, testDelivery } from '../../../application/webhooks/deliveries.ts'
import { ok } from '../../../base/result.ts'
import type { WEBHOOKS_OPERATIONS } from '../../../contract/http/operations/webhooks.ts'
import type { HandlersOf } from '../operation-handler.ts'

const DELIVERIES_SHOWN = 20

/** Where events are sent to. */
export const WEBHOOKS_HANDLERS: HandlersOf<typeof WEBHOOKS_OPERATIONS> = {
  addWebhook: ({ node }, principal, input) => addWebhook(node, principal, input),
  listWebhooks: async ({ node }) => ok({ items: await activeWebhooks(node) }),
  getWebhook: async ({ node }, _, { id }) => {
    const webhook = await activeWebhook(node, id)
    if (!webhook.ok) return webhook
    const queue = await node.jobs()
    const deliveries = await queue.list({ kind: 'webhook.deliver', subject: id, limit: DELIVERIES_SHOWN })
    return ok({ ...webhook.value, deliveries })
  },
  rotateWebhook: ({ node }, principal, input) => rotateWebhook(node, principal, input),
  removeWebhook: ({ node }, principal, { id }) => removeWebhook(node, principal, id),
  testWebhook: async ({ node }, _, { id }) => testDelivery(node, await node.jobs(), id),
  replayWebhook: async ({ node }, _, { id }) => replayDeliveries(node, await node.jobs(), id),
}
