import { createHash, randomBytes, randomInt } from 'node:crypto'
import type { Sha256 } from '../../base/digest.ts'

export const nodeSha256: Sha256 = (bytes) => createHash('sha256').update(bytes).digest()

export type RandomBytes = (count: number) => Uint8Array

export const nodeRandomBytes: RandomBytes = (count) => new Uint8Array(randomBytes(count))

const CHANCE_STEPS = 2 ** 32

/** Evenly spread in [0, 1). */
export const nodeChance = (): number => randomInt(CHANCE_STEPS) / CHANCE_STEPS
