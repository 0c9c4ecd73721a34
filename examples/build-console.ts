import { existsSync, statSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'
import { ROOT } from './stack.ts'

/** Builds the console when it is not built, or older than its source. */
export async function buildConsole(): Promise<void> {
  const folder = join(ROOT, 'console')
  if (!existsSync(join(folder, 'index.html'))) return
  const built = join(folder, 'dist', 'index.html')
  if (existsSync(built) && statSync(built).mtimeMs > newest(folder)) return
  await build({ root: folder, logLevel: 'error' })
}

function newest(folder: string): number {
  let latest = 0
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === 'dist' || entry.name === 'node_modules') continue
    const path = join(folder, entry.name)
    latest = Math.max(latest, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs)
  }
  return latest
}
