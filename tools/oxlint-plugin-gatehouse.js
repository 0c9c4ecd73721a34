// House rules as lints: layer order, the domain's import table, and ambient clock, chance and process.
// A JavaScript file because the linter loads its plugins without type stripping.
import { readFileSync } from 'node:fs'
import { dirname, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const table = JSON.parse(readFileSync(resolve(root, 'tools', 'import-rules.json'), 'utf8'))
const layerIndex = new Map(table.layers.map((name, index) => [name, index]))

/** Where a file stands: its layer and, in the domain, its concept folder. */
function place(file) {
  const parts = relative(root, file).split(sep)
  // The planted canaries mirror the house below their own `src`.
  const start = parts.lastIndexOf('src')
  if (start < 0) return undefined
  const layer = parts[start + 1]
  return layerIndex.has(layer) ? { layer, folder: parts.length > start + 3 ? parts[start + 2] : undefined } : undefined
}

function judge(context, node) {
  const specifier = node.source?.value
  if (typeof specifier !== 'string') return
  const here = place(context.filename)
  if (here === undefined || context.filename.endsWith('.test.ts')) return
  if (!specifier.startsWith('.')) return judgeOutside(context, node, here, specifier)
  judgeInside(context, node, here, specifier)
}

function judgeOutside(context, node, here, specifier) {
  if (here.layer === 'base' || here.layer === 'domain')
    context.report({ node, message: `\`${here.layer}\` imports nothing from outside the house: \`${specifier}\`` })
  else if (specifier.startsWith('node:') && (here.layer === 'application' || here.layer === 'contract'))
    context.report({ node, message: `\`${here.layer}\` does no input or output: \`${specifier}\`` })
  else if (specifier === 'zod' && here.layer !== 'contract' && here.layer !== 'adapters')
    context.report({ node, message: 'zod belongs to `contract` and to provider adapters' })
}

function judgeInside(context, node, here, specifier) {
  const there = place(resolve(dirname(context.filename), specifier))
  if (there === undefined) return
  if (layerIndex.get(there.layer) > layerIndex.get(here.layer))
    context.report({ node, message: `\`${here.layer}\` must not import \`${there.layer}\`: imports go down only` })
  if (here.layer === 'domain' && there.layer === 'domain' && here.folder !== there.folder) {
    const allowed = table.domain[here.folder]
    if (allowed === undefined)
      context.report({ node, message: `domain folder \`${here.folder}\` is missing in tools/import-rules.json` })
    else if (!allowed.includes(there.folder))
      context.report({
        node,
        message: `domain folder \`${here.folder}\` may not import \`${there.folder}\` (tools/import-rules.json)`,
      })
  }
}

const layers = {
  create(context) {
    const visit = (node) => judge(context, node)
    return { ImportDeclaration: visit, ExportNamedDeclaration: visit, ExportAllDeclaration: visit }
  },
}

const AMBIENT = { Date: ['now'], Math: ['random'], performance: ['now'] }
const ambient = {
  create(context) {
    const here = place(context.filename)
    if (here === undefined || context.filename.endsWith('.test.ts')) return {}
    const isMain = /[/\\]entrypoints[/\\].*[/\\](main|[a-z-]+-main)\.ts$/.test(context.filename)
    const isClockAdapter = /[/\\]adapters[/\\]clock[/\\]/.test(context.filename)
    return {
      NewExpression(node) {
        if (node.callee.name === 'Date' && node.arguments.length === 0 && !isClockAdapter)
          context.report({ node, message: '`new Date()` reads an ambient clock: take a clock port' })
      },
      MemberExpression(node) {
        const object = node.object.name
        const property = node.property.name
        if (!isClockAdapter && AMBIENT[object]?.includes(property))
          context.report({ node, message: `\`${object}.${property}\` is ambient: take a port` })
        if (
          object === 'process' &&
          !isMain &&
          property !== 'versions' &&
          property !== 'platform' &&
          property !== 'arch'
        )
          context.report({ node, message: '`process` is for main files only: pass what is needed' })
      },
    }
  },
}

const noExportStar = {
  create: (context) => ({
    ExportAllDeclaration: (node) => context.report({ node, message: 'no `export *`: name what is public' }),
  }),
}

export default {
  meta: { name: 'gatehouse' },
  rules: { layers, ambient, 'no-export-star': noExportStar },
}
