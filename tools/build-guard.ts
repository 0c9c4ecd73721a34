// `npm run build:guard`: `dist/guard`, the guard as one ES module for browsers, edge runtimes and Node; its classifier, languages, groundedness and each
// wrapper as modules of their own; and their types.
import { spawnSync } from 'node:child_process'
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build, type Plugin } from 'vite'
import { leanBundle } from './lean-bundle.ts'

const MODEL = 'injection-linear-1'
const root = join(import.meta.dirname, '..')

/** Modules of the package and where their source lies, below the entry point. */
const MODULES = {
  index: 'index',
  classifier: 'classifier',
  language: 'language',
  grounding: 'grounding',
  openai: 'wrappers/openai',
  'ai-sdk': 'wrappers/ai-sdk',
  langchain: 'wrappers/langchain',
  mcp: 'wrappers/mcp',
} as const
type ModuleName = keyof typeof MODULES
const NAMES = Object.keys(MODULES) as readonly ModuleName[]

/** Bytes of a module. */
interface Size {
  readonly bytes: number
  readonly gzipBytes: number
}

/**
 * What the wrappers have from the guard's own module: a denial is the same class whoever throws it, and the lexicon of what speaks to
 * a model is most of that module.
 */
const FROM_INDEX = ['/guard-denied.ts', '/planted-orders.ts']
const sharedFromIndex: Plugin = {
  name: 'shared-from-index',
  enforce: 'pre',
  resolveId: (source) =>
    FROM_INDEX.some((file) => source.endsWith(file)) ? { id: './index.js', external: true } : null,
}

async function bundle(outDir: string, name: ModuleName): Promise<Size> {
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    plugins: [leanBundle(), ...(name === 'index' ? [] : [sharedFromIndex])],
    build: {
      outDir,
      emptyOutDir: false,
      target: 'es2024',
      minify: true,
      rolldownOptions: { output: { minify: true } },
      lib: {
        entry: join(root, 'src', 'entrypoints', 'guard', `${MODULES[name]}.ts`),
        formats: ['es'],
        fileName: () => `${name}.js`,
      },
    },
  })
  const code = readFileSync(join(outDir, `${name}.js`))
  return { bytes: code.length, gzipBytes: gzipSync(code, { level: 9 }).length }
}

/** Types of the entries and of what they reach, below `types`, and files beside the modules that lead there. */
function writeTypes(outDir: string): void {
  const { status, stdout, stderr } = spawnSync(
    join(root, 'node_modules', '.bin', 'tsc'),
    ['-p', join(root, 'tools', 'guard-types.tsconfig.json'), '--outDir', join(outDir, 'types')],
    { cwd: root, encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`types of the guard: ${stdout}${stderr}`)
  for (const name of NAMES)
    writeFileSync(join(outDir, `${name}.d.ts`), `export * from './types/entrypoints/guard/${MODULES[name]}.js'\n`)
}

/** The folder as a package of its own. */
function writePackage(outDir: string): void {
  const { version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, string>
  const content = {
    name: '@gatehouse/guard',
    version,
    description: 'Input, output, stream and tool-call guard for applications on language models.',
    license,
    type: 'module',
    sideEffects: false,
    exports: {
      ...Object.fromEntries(
        NAMES.map((name) => [
          name === 'index' ? '.' : `./${name}`,
          { types: `./${name}.d.ts`, default: `./${name}.js` },
        ]),
      ),
      [`./${MODEL}.bin`]: `./${MODEL}.bin`,
    },
  }
  writeFileSync(join(outDir, 'package.json'), `${JSON.stringify(content, null, 2)}\n`)
}

/** Writes the modules and gives their sizes. */
export async function bundleGuard(outDir: string): Promise<Readonly<Record<ModuleName, Size>>> {
  const sizes = {} as Record<ModuleName, Size>
  for (const name of NAMES) sizes[name] = await bundle(outDir, name)
  return sizes
}

/** Writes the package to an empty folder and gives the sizes of its modules. */
export async function buildGuardPackage(outDir: string): Promise<Readonly<Record<ModuleName, Size>>> {
  rmSync(outDir, { recursive: true, force: true })
  const sizes = await bundleGuard(outDir)
  writeTypes(outDir)
  writePackage(outDir)
  // Apart from the code: who wants the classifier reads or fetches it.
  cpSync(join(root, 'models', MODEL, 'weights.bin'), join(outDir, `${MODEL}.bin`))
  cpSync(join(root, 'LICENSES'), join(outDir, 'LICENSES'), { recursive: true })
  return sizes
}

if (import.meta.main)
  for (const [name, { bytes, gzipBytes }] of Object.entries(await buildGuardPackage(join(root, 'dist', 'guard'))))
    console.log(`dist/guard/${name}.js: ${bytes} bytes, ${gzipBytes} with gzip`)
