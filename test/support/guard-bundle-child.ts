// Runs the bundle in a context that has the web's globals and nothing of Node, and may not generate code from strings.
// Started with `--experimental-vm-modules`; prints what the guard said, as JSON.
import { readFileSync } from 'node:fs'
import { createContext, SourceTextModule } from 'node:vm'

const [, , path = ''] = process.argv
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

const bundle = new SourceTextModule(readFileSync(path, 'utf8'), { context, identifier: 'guard' })
await bundle.link(link)
await bundle.evaluate()

const script = new SourceTextModule(readFileSync(new URL('guard-in-any-runtime.js', import.meta.url), 'utf8'), {
  context,
})
await script.link((specifier) => (specifier === 'guard' ? bundle : link(specifier)))
await script.evaluate()
process.stdout.write(JSON.stringify((script.namespace as { readonly result: unknown }).result))
