import { createHash, timingSafeEqual } from 'node:crypto'

/** Equal without telling by time how much of it was right. */
export function sameSecret(left: string, right: string): boolean {
  return timingSafeEqual(createHash('sha256').update(left).digest(), createHash('sha256').update(right).digest())
}
