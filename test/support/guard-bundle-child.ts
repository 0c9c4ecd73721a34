// Runs the bundle in a context that has the web's globals and nothing of Node, and may not generate code from strings.
// Started with `--experimental-vm-modules`; prints what the guard said, as JSON.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createContext, SourceTextModule } from 'node:vm'

const [, , folder = ''] = process.argv
const web = {
  URL,
  TextEncoder,
  TextDecoder,
  AbortController,
  ReadableStream,
  TransformStream,
  structuredClone,
  atob,
  btoa,
}
const context = createContext({ ...web }, { codeGeneration: { strings: false, wasm: false } })
const link = (specifier: string): never => {
  throw new Error(`the bundle imports \`${specifier}\``)
}

const moduleOf = (path: string | URL): SourceTextModule =>
  new SourceTextModule(readFileSync(path, 'utf8'), { context, identifier: String(path) })

// Alone first: nothing lies beside it.
const index = moduleOf(join(folder, 'index.js'))
await index.link(link)
await index.evaluate()

/** Of what a wrapper imports there is the module of the guard. */
const wrapper = async (name: string): Promise<SourceTextModule> => {
  const module = moduleOf(join(folder, name))
  await module.link((specifier) => (specifier === './index.js' ? index : link(specifier)))
  return module
}
const modules = new Map([
  ['guard/index.js', index],
  ['guard/ai-sdk.js', await wrapper('ai-sdk.js')],
  ['guard/openai.js', await wrapper('openai.js')],
])

const script = moduleOf(join(import.meta.dirname, 'guard-in-any-runtime.js'))
await script.link((specifier) => modules.get(specifier) ?? link(specifier))
await script.evaluate()
process.stdout.write(JSON.stringify((script.namespace as { readonly result: unknown }).result))
