// Logistic regression with an L2 penalty, by limited-memory BFGS (Nocedal 1980): deterministic, no learning rate.
import { BUCKETS, CHAR_BUCKETS, WORD_BUCKETS } from '../../src/domain/detection/classifier/featurise.ts'
import type { Instances } from './instances.ts'

export interface FitSettings {
  readonly penalty: number
  /** Value of a concept feature: a larger one makes its weight cheaper. */
  readonly conceptValue: number
  readonly wordValue: number
  readonly iterations: number
}

/** One weight for each bucket, then the bias. */
export type Weights = Float64Array

/** Margins of all instances. */
export function marginsOf(
  instances: Instances,
  weights: Weights,
  settings: FitSettings,
  from?: Int32Array,
): Float64Array {
  const { indices, offsets, charNorms, wordNorms, count } = instances
  const margins = new Float64Array(count)
  const rows = from ?? allRows(count)
  for (const row of rows) {
    let chars = 0
    let words = 0
    let concepts = 0
    const end = offsets[row + 1] as number
    for (let at = offsets[row] as number; at < end; at++) {
      const entry = indices[at] as number
      const bucket = entry >> 1
      const weight = (entry & 1) === 0 ? (weights[bucket] as number) : -(weights[bucket] as number)
      if (bucket < CHAR_BUCKETS) chars += weight
      else if (bucket < CHAR_BUCKETS + WORD_BUCKETS) words += weight
      else concepts += weight
    }
    margins[row] =
      (weights[BUCKETS] as number) +
      chars * (charNorms[row] as number) +
      words * (wordNorms[row] as number) * settings.wordValue +
      concepts * settings.conceptValue
  }
  return margins
}

export function allRows(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, row) => row)
}

export interface Target {
  readonly rows: Int32Array
  /** By instance: 1 attack, 0 not. */
  readonly labels: Uint8Array
  /** By instance; the sum over `rows` is 1. */
  readonly importance: Float64Array
}

/** Loss and gradient; the gradient is written into `gradient`. */
function evaluate(
  instances: Instances,
  { rows, labels, importance }: Target,
  { weights, gradient }: { readonly weights: Weights; readonly gradient: Float64Array },
  settings: FitSettings,
): number {
  const { indices, offsets, charNorms, wordNorms } = instances
  const margins = marginsOf(instances, weights, settings, rows)
  let loss = 0
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const weight = weights[bucket] as number
    loss += 0.5 * settings.penalty * weight * weight
    gradient[bucket] = settings.penalty * weight
  }
  gradient[BUCKETS] = 0
  for (const row of rows) {
    const sign = labels[row] === 1 ? 1 : -1
    const margin = sign * (margins[row] as number)
    const share = importance[row] as number
    loss += share * (margin > 0 ? Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin)) - margin)
    const pull = (-sign * share) / (1 + Math.exp(margin))
    gradient[BUCKETS] = (gradient[BUCKETS] as number) + pull
    const charPull = pull * (charNorms[row] as number)
    const wordPull = pull * (wordNorms[row] as number) * settings.wordValue
    const conceptPull = pull * settings.conceptValue
    const end = offsets[row + 1] as number
    for (let at = offsets[row] as number; at < end; at++) {
      const entry = indices[at] as number
      const bucket = entry >> 1
      const step = bucket < CHAR_BUCKETS ? charPull : bucket < CHAR_BUCKETS + WORD_BUCKETS ? wordPull : conceptPull
      gradient[bucket] = (gradient[bucket] as number) + ((entry & 1) === 0 ? step : -step)
    }
  }
  return loss
}

const MEMORY = 8

/** Minimises the penalised loss. */
export function fit(instances: Instances, target: Target, settings: FitSettings, start?: Weights): Weights {
  const size = BUCKETS + 1
  let weights = start === undefined ? new Float64Array(size) : Float64Array.from(start)
  let gradient = new Float64Array(size)
  let loss = evaluate(instances, target, { weights, gradient }, settings)
  const steps: Float64Array[] = []
  const changes: Float64Array[] = []
  for (let iteration = 0; iteration < settings.iterations; iteration++) {
    const direction = descent(gradient, steps, changes)
    const slope = dot(gradient, direction)
    let length = iteration === 0 ? 1 / Math.sqrt(dot(gradient, gradient)) : 1
    let accepted = false
    for (let attempt = 0; attempt < 12 && !accepted; attempt++) {
      const trial = Float64Array.from(weights, (weight, at) => weight + length * (direction[at] as number))
      const trialGradient = new Float64Array(size)
      const trialLoss = evaluate(instances, target, { weights: trial, gradient: trialGradient }, settings)
      if (trialLoss <= loss + 1e-4 * length * slope) {
        const step = Float64Array.from(trial, (weight, at) => weight - (weights[at] as number))
        const change = Float64Array.from(trialGradient, (value, at) => value - (gradient[at] as number))
        if (dot(step, change) > 1e-14) {
          steps.push(step)
          changes.push(change)
          if (steps.length > MEMORY) {
            steps.shift()
            changes.shift()
          }
        }
        const isDone = loss - trialLoss < 1e-6 * loss
        weights = trial
        gradient = trialGradient
        loss = trialLoss
        accepted = true
        if (isDone) return weights
      } else length *= 0.4
    }
    if (!accepted) return weights
  }
  return weights
}

/** The two-loop recursion. */
function descent(
  gradient: Float64Array,
  steps: readonly Float64Array[],
  changes: readonly Float64Array[],
): Float64Array {
  const direction = Float64Array.from(gradient, (value) => -value)
  const alphas: number[] = []
  for (let at = steps.length - 1; at >= 0; at--) {
    const step = steps[at] as Float64Array
    const change = changes[at] as Float64Array
    const alpha = dot(step, direction) / dot(step, change)
    alphas[at] = alpha
    add(direction, change, -alpha)
  }
  const last = steps.length - 1
  if (last >= 0) {
    const change = changes[last] as Float64Array
    const scale = dot(steps[last] as Float64Array, change) / dot(change, change)
    for (let at = 0; at < direction.length; at++) direction[at] = (direction[at] as number) * scale
  }
  for (let at = 0; at < steps.length; at++) {
    const step = steps[at] as Float64Array
    const change = changes[at] as Float64Array
    const beta = dot(change, direction) / dot(step, change)
    add(direction, step, (alphas[at] as number) - beta)
  }
  return direction
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let at = 0; at < a.length; at++) sum += (a[at] as number) * (b[at] as number)
  return sum
}

function add(target: Float64Array, other: Float64Array, factor: number): void {
  for (let at = 0; at < target.length; at++) target[at] = (target[at] as number) + factor * (other[at] as number)
}
