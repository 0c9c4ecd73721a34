import { hash, timingSafeEqual } from 'node:crypto'

/** Equal without telling by time how much of it was right. */
export function sameSecret(left: string, right: string): boolean {
  return timingSafeEqual(digestOf(left), digestOf(right))
}

/** The same against one secret, whose digest is taken once. */
export function secretTest(secret: string): (text: string) => boolean {
  const own = digestOf(secret)
  return (text) => timingSafeEqual(digestOf(text), own)
}

function digestOf(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}
