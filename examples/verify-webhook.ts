import { createHmac, timingSafeEqual } from 'node:crypto'

/** Older and younger messages are refused: a captured one cannot be played again later. */
const TOLERANCE_SECONDS = 5 * 60

/**
 * Checks a webhook of Gatehouse before anything is done with it. `body` is the raw text of the request, not parsed JSON;
 * `secrets` are the one in use and, while you rotate, the one before it.
 */
export function verifyWebhook(
  body: string,
  headers: Readonly<Record<string, string | undefined>>,
  secrets: readonly string[],
  nowSeconds: number,
): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers
  if (id === undefined || timestamp === undefined || signatures === undefined) return false
  if (!(Math.abs(nowSeconds - Number(timestamp)) <= TOLERANCE_SECONDS)) return false
  return secrets.some((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
    const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest()
    return signatures.split(' ').some((signature) => {
      const [version, value = ''] = signature.split(',')
      const given = Buffer.from(value, 'base64')
      return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected)
    })
  })
}
