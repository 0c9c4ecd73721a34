// `npm run build:guard`: `dist/guard`, the guard as one ES module for browsers, edge runtimes and Node, its classifier as another,
// and their types.
import { spawnSync } from 'node:child_process'
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import { leanBundle } from './lean-bundle.ts'

const MODEL = 'injection-linear-1'
const root = join(import.meta.dirname, '..')

/** Bytes of a module. */
interface Size {
  readonly bytes: number
  readonly gzipBytes: number
}

async function bundle(outDir: string, name: 'index' | 'classifier'): Promise<Size> {
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    plugins: [leanBundle()],
    build: {
      outDir,
      emptyOutDir: false,
      target: 'es2024',
      minify: true,
      rolldownOptions: { output: { minify: true } },
      lib: {
        entry: join(root, 'src', 'entrypoints', 'guard', `${name}.ts`),
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
  for (const name of ['index', 'classifier'])
    writeFileSync(join(outDir, `${name}.d.ts`), `export * from './types/entrypoints/guard/${name}.js'\n`)
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
      '.': { types: './index.d.ts', default: './index.js' },
      './classifier': { types: './classifier.d.ts', default: './classifier.js' },
      [`./${MODEL}.bin`]: `./${MODEL}.bin`,
    },
  }
  writeFileSync(join(outDir, 'package.json'), `${JSON.stringify(content, null, 2)}\n`)
}

/** Writes the package to an empty folder and gives the sizes of its modules. */
export async function buildGuardPackage(outDir: string): Promise<{ readonly guard: Size; readonly classifier: Size }> {
  rmSync(outDir, { recursive: true, force: true })
  const sizes = { guard: await bundle(outDir, 'index'), classifier: await bundle(outDir, 'classifier') }
  writeTypes(outDir)
  writePackage(outDir)
  // Apart from the code: who wants the classifier reads or fetches it.
  cpSync(join(root, 'models', MODEL, 'weights.bin'), join(outDir, `${MODEL}.bin`))
  cpSync(join(root, 'LICENSES'), join(outDir, 'LICENSES'), { recursive: true })
  return sizes
}

if (import.meta.main) {
  const { guard, classifier } = await buildGuardPackage(join(root, 'dist', 'guard'))
  console.log(`dist/guard/index.js: ${guard.bytes} bytes, ${guard.gzipBytes} with gzip`)
  console.log(`dist/guard/classifier.js: ${classifier.bytes} bytes, ${classifier.gzipBytes} with gzip`)
}
