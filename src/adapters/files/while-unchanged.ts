import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Reads content that costs much to parse once, and again as soon as a file of its folders is another one: a package that
 * is updated in place shows what it holds.
 */
export function whileUnchanged<Content>(
  folders: () => readonly string[],
  read: () => Promise<Content>,
): () => Promise<Content> {
  let kept: { readonly stamp: string; readonly content: Content } | undefined
  return async () => {
    const stamp = await stampOf(folders())
    if (kept?.stamp === stamp) return kept.content
    const content = await read()
    kept = { stamp, content }
    return content
  }
}

async function stampOf(folders: readonly string[]): Promise<string> {
  const parts = await Promise.all(
    folders.map(async (folder) => {
      const names = (await readdir(folder)).toSorted()
      const stats = await Promise.all(names.map((name) => stat(join(folder, name), { bigint: true })))
      return names.map((name, index) => `${name} ${stats[index]?.mtimeNs ?? 0n} ${stats[index]?.size ?? 0n}`)
    }),
  )
  return parts.flat().join('\n')
}
