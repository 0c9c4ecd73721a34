// The thread in which a compiled bundle runs (opa-bundle-engine.ts): ending the thread ends exactly that work.
import { parentPort, workerData } from 'node:worker_threads'
import { loadPolicy } from '@open-policy-agent/opa-wasm'

interface Work {
  readonly wasm: Uint8Array<ArrayBuffer>
  readonly data: object
  readonly path: string
  readonly inputs: readonly object[]
  readonly pages: { readonly initial: number; readonly maximum: number }
}

const port = parentPort
if (port === null) throw new Error('this file runs as a worker thread')
const { wasm, data, path, inputs, pages } = workerData as Work

const policy = await loadPolicy(wasm, pages)
policy.setData(data)
if (Object.hasOwn(policy.entrypoints, path))
  for (const [index, input] of inputs.entries()) port.postMessage({ index, answer: decided(input) })
else port.postMessage({ unknown: Object.keys(policy.entrypoints).slice(0, 20).join(', ').slice(0, 500) })

/** `true`, `false`, or why it is neither. */
function decided(input: object): boolean | string {
  try {
    const results = policy.evaluate(input, path) as readonly { readonly result?: unknown }[]
    const [first] = results
    if (results.length !== 1 || first?.result === undefined) return 'the rule is undefined for this input'
    return typeof first.result === 'boolean' ? first.result : 'the rule gives neither true nor false'
  } catch (error) {
    // The library throws texts and objects beside errors.
    const message = error instanceof Error ? error.message : typeof error === 'string' ? error : JSON.stringify(error)
    return `the rule failed: ${message.slice(0, 200)}`
  }
}
