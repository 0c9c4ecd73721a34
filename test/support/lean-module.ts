import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import { leanBundle } from '../../tools/lean-bundle.ts'

/** A module of the source as the guard's bundle holds it. */
export async function leanModule<Module>(path: string): Promise<Module> {
  const root = join(import.meta.dirname, '..', '..')
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-lean-'))
  try {
    await build({
      root,
      configFile: false,
      logLevel: 'error',
      publicDir: false,
      plugins: [leanBundle()],
      build: {
        outDir: folder,
        target: 'es2024',
        lib: { entry: join(root, path), formats: ['es'], fileName: () => 'lean.mjs' },
      },
    })
    return (await import(join(folder, 'lean.mjs'))) as Module
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
